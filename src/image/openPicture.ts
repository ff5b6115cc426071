/** A decoded picture with its mask. All stages that need pixels share it until it is closed. */
import { toDeeplasiaError } from "../errors.js";
import { type BatchHandle, type ImagePlan, native, type PictureFacts } from "../native.js";
import { Semaphore } from "../semaphore.js";
import { changedPicture, type PictureChange } from "./changedPicture.js";
import type { DecodedPicture } from "./decodedPicture.js";
import { notesOfTurn, withTurn } from "./orientation.js";
import { isWhole, notServed, remainingPlan } from "./packedPicture.js";
import type { PictureNote } from "./pictureNote.js";
import { notesOfChain } from "./pictureNotes.js";
import { type LentPicture, lentOnce, readAnew } from "./readPicture.js";
import { type Orientation, reoriented } from "./reoriented.js";
import { type Sampled, sampled } from "./sampledPixels.js";
import { type Turn, turned } from "./turned.js";

/** Where a picture and its mask come from. */
export interface PictureSource {
  /** A file, or the bytes of one. */
  image: string | Uint8Array;
  mask: string | Uint8Array | null;
  /** Degrees clockwise by which both are turned once they are upright by their own orientation. Default 0. */
  turn?: Turn;
}

/** A batch, and the image chain that fills it. */
export interface Target {
  batch: BatchHandle;
  plan: ImagePlan;
  /** What is done to the picture first. */
  change?: PictureChange | undefined;
}

/** What the image chain measured. */
export interface ChainResult extends PictureFacts {
  /** Notes on the picture, its mask and the result of the chain. */
  notes: readonly PictureNote[];
}

/** The format of a decoded picture. */
export interface PictureInfo {
  /** Pixels, upright. */
  width: number;
  height: number;
  channels: 1 | 3;
  /** Bits per sample. */
  depth: 8 | 16;
}

/**
 * Decodes a picture and its mask with `read`, which may have a cache. The caller must close the result.
 *
 * @throws DeeplasiaError as `decodePicture`; it names the picture's file.
 */
export async function openPicture(
  { image, mask, turn = 0 }: PictureSource,
  read = readAnew,
): Promise<OpenPicture> {
  const file = typeof image === "string" ? image : undefined;
  const lent: LentPicture[] = [];
  try {
    lent.push(await turned(await read(image, "image"), turn));
    if (mask !== null) lent.push(await turned(await read(mask, "mask"), turn));
    return new OpenPicture(file, lent);
  } catch (error) {
    for (const { giveBack } of lent) giveBack();
    throw toDeeplasiaError(error).at({ file });
  }
}

/** A decoded picture with its mask. */
export class OpenPicture {
  private usedPicture: DecodedPicture;
  /** Notes from decoding. */
  readonly notes: readonly PictureNote[];
  private usedMask: DecodedPicture | null;
  private seen: Sampled | null;
  /** One changed copy of the picture is in memory at a time. */
  private readonly copies = new Semaphore(1);

  constructor(
    private readonly file: string | undefined,
    private readonly lent: LentPicture[],
  ) {
    const [picture, mask = null] = lent.map((one) => one.picture) as [DecodedPicture, DecodedPicture?];
    this.usedPicture = picture;
    this.usedMask = mask;
    const turned = mask === null ? [] : notesOfTurn(picture, mask);
    this.notes = [...picture.notes, ...(mask?.notes ?? []), ...turned];
    this.seen = mask && sampled(picture, mask);
  }

  get picture(): DecodedPicture {
    return this.usedPicture;
  }

  get mask(): DecodedPicture | null {
    return this.usedMask;
  }

  /** Gives the picture a mask, one byte a pixel. It counts as the mask that decoding a grey PNG of these bytes gives. */
  useMask(data: Uint8Array): void {
    const { width, height, orientation } = this.picture;
    this.usedMask = { data, width, height, channels: 1, depth: 8, luma: "png", notes: [], orientation };
    this.seen = sampled(this.picture, this.usedMask);
  }

  /** Turns the picture, with its mask, and inverts its grey values. */
  async orient(how: readonly Orientation[]): Promise<void> {
    const turn = how.filter((one) => one !== "inverted");
    this.usedPicture = await this.replaced(this.picture, how);
    if (this.usedMask !== null && turn.length > 0) this.usedMask = await this.replaced(this.usedMask, turn);
    this.seen = this.usedMask && sampled(this.usedPicture, this.usedMask);
  }

  private async replaced(picture: DecodedPicture, how: readonly Orientation[]): Promise<DecodedPicture> {
    const oriented = await reoriented(picture, how);
    this.lent.push(lentOnce(oriented));
    return oriented;
  }

  get info(): PictureInfo {
    const { width, height, channels, depth } = this.picture;
    return { width, height, channels, depth };
  }

  /** Runs the image chain into a slot of a batch. Throws a DeeplasiaError that names the picture's file. */
  async fill({ batch, plan, change }: Target, slot: number): Promise<ChainResult> {
    const { packed } = this.picture;
    if (change !== undefined && packed !== undefined && !isWhole(packed.manifest))
      throw notServed(packed, "changes of the grey values of the whole picture");
    if (change === undefined) return this.fillWith(this.picture, { batch, plan }, slot);
    return this.copies.run(async () =>
      this.fillWith(await changedPicture(this.picture, change), { batch, plan }, slot),
    );
  }

  private async fillWith(
    picture: DecodedPicture,
    { batch, plan }: Target,
    slot: number,
  ): Promise<ChainResult> {
    const { mask, file } = this;
    try {
      const left = picture.packed === undefined ? plan : remainingPlan(plan, picture.packed);
      const facts = await native().fillSlot(batch, slot, picture, mask, left);
      return { ...facts, notes: [...this.notes, ...notesOfChain(facts, this.seen)] };
    } catch (cause) {
      const error = toDeeplasiaError(cause).at({ file });
      throw mask === null ? error : withTurn(error, picture, mask);
    }
  }

  /** Puts the picture, not masked, into a slot of a batch, and its mask in the same geometry into the same slot of `targets`. */
  async fillWithTarget({ batch, plan }: Target, targets: BatchHandle, slot: number): Promise<ChainResult> {
    const { picture, mask, file } = this;
    if (mask === null) throw new TypeError("a picture without a mask has no target");
    try {
      await native().fillTarget(targets, slot, mask, picture, plan);
      const facts = await native().fillSlot(batch, slot, picture, null, plan);
      return { ...facts, notes: [...this.notes, ...notesOfChain(facts, this.seen)] };
    } catch (cause) {
      throw withTurn(toDeeplasiaError(cause).at({ file }), picture, mask);
    }
  }

  /** Releases the pixels. Call it once, when no native call reads them any more. */
  close(): void {
    for (const { giveBack } of this.lent) giveBack();
  }
}
