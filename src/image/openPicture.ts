/** A decoded picture with its mask, in hand: everything that looks at its pixels looks at these, until it is closed. */
import { toDeeplasiaError } from "../errors.js";
import { type BatchHandle, type ImagePlan, native, type PictureFacts } from "../native.js";
import type { DecodedPicture } from "./decodePicture.js";
import { notesOfTurn, withTurn } from "./orientation.js";
import { notesOfChain, type PictureNote } from "./pictureNotes.js";
import { type LentPicture, readAnew } from "./readPicture.js";
import { type Sampled, sampled } from "./sampledPixels.js";

export interface PictureSource {
  /** A file, or the bytes of one. */
  image: string | Uint8Array;
  mask: string | Uint8Array | null;
}

/** A batch, and what is done to a picture on its way into it. */
export interface Target {
  batch: BatchHandle;
  plan: ImagePlan;
}

/** What the image chain saw of a picture. */
export interface ChainResult extends PictureFacts {
  /** What is worth knowing of the picture, its mask and what the chain made of them. */
  notes: readonly PictureNote[];
}

/** What decoding a file shows of its picture. */
export interface PictureInfo {
  /** Pixels, upright. */
  width: number;
  height: number;
  channels: 1 | 3;
  /** Bits a sample. */
  depth: 8 | 16;
}

/**
 * Decode a picture and its mask, or take them from where decoded ones are kept. Close what it returns.
 *
 * @throws DeeplasiaError as `decodePicture`; it names the picture's file.
 */
export async function openPicture({ image, mask }: PictureSource, read = readAnew): Promise<OpenPicture> {
  const file = typeof image === "string" ? image : undefined;
  const lent: LentPicture[] = [];
  try {
    lent.push(await read(image, "image"));
    if (mask !== null) lent.push(await read(mask, "mask"));
    return new OpenPicture(file, lent);
  } catch (error) {
    for (const { giveBack } of lent) giveBack();
    throw toDeeplasiaError(error).at({ file });
  }
}

export class OpenPicture {
  readonly picture: DecodedPicture;
  readonly mask: DecodedPicture | null;
  /** What decoding shows that is worth knowing. */
  readonly notes: readonly PictureNote[];
  private readonly seen: Sampled | null;

  constructor(
    private readonly file: string | undefined,
    private readonly lent: readonly LentPicture[],
  ) {
    const [picture, mask = null] = lent.map((one) => one.picture) as [DecodedPicture, DecodedPicture?];
    this.picture = picture;
    this.mask = mask;
    const turned = mask === null ? [] : notesOfTurn(picture, mask);
    this.notes = [...picture.notes, ...(mask?.notes ?? []), ...turned];
    this.seen = mask && sampled(picture, mask);
  }

  get info(): PictureInfo {
    const { width, height, channels, depth } = this.picture;
    return { width, height, channels, depth };
  }

  /** Run the image chain into a slot of a batch. Throws a DeeplasiaError that names the picture's file. */
  async fill({ batch, plan }: Target, slot: number): Promise<ChainResult> {
    const { picture, mask, file } = this;
    try {
      const facts = await native().fillSlot(batch, slot, picture, mask, plan);
      return { ...facts, notes: [...this.notes, ...notesOfChain(facts, this.seen)] };
    } catch (cause) {
      const error = toDeeplasiaError(cause).at({ file });
      throw mask === null ? error : withTurn(error, picture, mask);
    }
  }

  /** To be called once, when no native call reads the pixels any more. */
  close(): void {
    for (const { giveBack } of this.lent) giveBack();
  }
}
