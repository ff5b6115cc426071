/** Notes on pictures that are usable but doubtful. The first of each kind is logged, the others are counted. */

import type { Logger } from "../console/logger.js";
import type { PictureFacts } from "../native.js";
import { NOTE_KINDS, type PictureNote } from "./pictureNote.js";
import type { Sampled } from "./sampledPixels.js";

/** Share of the pixels below which a mask is doubtful; hands of infants on large films cover a few hundredths. */
const LITTLE = 0.003;
/** Share of the border pixels above which a mask is doubtful; a wrist or a close crop covers a part of the border only. */
const MOST = 0.75;
/** Highest value of a 16-bit picture that has at most 64 grey levels when it is cut to 8 bits. */
const FEW_LEVELS = 64 * 256 - 1;

/** Share of grey pixels above which a mask is doubtful; the soft edges of a hand are a few hundredths. */
const MANY_GREYS = 0.1;

const percent = (share: number) => `${(100 * share).toPrecision(2)} %`;

/** Returns notes from what the image chain measured and from a sample of the pixels. */
export function notesOfChain(
  { maskShare, maskBorder, highest }: PictureFacts,
  seen: Sampled | null = null,
): PictureNote[] {
  const notes: PictureNote[] = [];
  const add = (kind: PictureNote["kind"], text: string) => notes.push({ kind, text });
  if (maskShare === 1) add("mask-of-all", "its mask marks every pixel, which no hand covers");
  else if (maskBorder >= MOST) {
    add(
      "mask-of-border",
      `its mask marks ${percent(maskBorder)} of the border: it may be inverted or mark the whole picture`,
    );
  } else if (maskShare <= LITTLE)
    add("mask-of-little", `its mask marks only ${percent(maskShare)} of the pixels`);
  else if (seen !== null && seen.outside > seen.inside) {
    add(
      "negative",
      "the hand is darker than its surroundings: the picture may be a negative, or the mask may belong to another one",
    );
  }
  if (seen !== null && seen.labels.length > 2) {
    const { labels } = seen;
    add(
      "mask-of-labels",
      `its mask has the values ${labels.join(", ")}; those above half of the highest count as the hand`,
    );
  } else if (seen !== null && seen.maskGreys >= MANY_GREYS) {
    const share = percent(seen.maskGreys);
    add(
      "mask-of-greys",
      `its mask is grey in ${share} of the pixels, not black and white; values above half count as the hand`,
    );
  }
  if (highest <= FEW_LEVELS) {
    const levels = Math.floor(highest / 256) + 1;
    add(
      "few-levels",
      `no value is above ${highest} of 65535, so it has only ${levels} grey levels at 8 bits`,
    );
  }
  return notes;
}

export class PictureNotes {
  private readonly counts = new Map<PictureNote["kind"], number>();

  constructor(private readonly logger: Logger | undefined) {}

  /** Logs the first note of each kind. @param file path of the picture; undefined if it was given as bytes. */
  add(file: string | undefined, notes: readonly PictureNote[]): void {
    for (const { kind, text } of notes) {
      const count = this.counts.get(kind) ?? 0;
      if (count === 0) this.logger?.warn(`${file ?? "the picture"}: ${text}`);
      this.counts.set(kind, count + 1);
    }
  }

  /** Logs the number of notes of each kind that occurred more than once. */
  sum(): void {
    for (const [kind, count] of this.counts) {
      if (count > 1) this.logger?.warn(`${count} pictures in all: ${NOTE_KINDS[kind]}`);
    }
  }
}
