/** What is worth knowing of pictures that are used all the same: the first of a kind is told, the others are counted. */

import type { Logger } from "../console/logger.js";
import type { PictureFacts } from "../native.js";
import type { Sampled } from "./sampledPixels.js";

const KINDS = {
  pages: "only one of several pages is read",
  channels: "channels beyond colour are ignored",
  transparent: "transparency is ignored",
  "white-is-0": "16-bit grey of which 0 is white",
  "alpha-as-mask": "the mask is in the alpha channel",
  "mask-of-all": "the mask marks every pixel",
  "mask-of-border": "the mask marks the border",
  "mask-of-little": "the mask marks next to nothing",
  "mask-of-labels": "the mask has more than two values",
  "mask-of-greys": "the mask is not black and white",
  negative: "the hand is darker than what is around it",
  orientation: "picture and mask have different EXIF orientations",
  "no-window": "a DICOM file without a window or VOI LUT",
  "few-levels": "few grey levels are left of 16 bits",
} as const;

export const NOTE_KINDS = Object.keys(KINDS) as [keyof typeof KINDS];

export interface PictureNote {
  kind: keyof typeof KINDS;
  /** What is so with this file: "only page 1 of 3 is read". */
  text: string;
}

/** Shares of a picture's pixels: hands of infants on large films mark some hundredths. */
const LITTLE = 0.003;
/** Of the pixels at the border a wrist or a close crop marks a part; nearly all of them are no hand. */
const MOST = 0.75;
/** 16-bit pictures with no value above: 64 levels are left when they are cut to 8 bits. */
const FEW_LEVELS = 64 * 256 - 1;

/** Of a mask's pixels: soft edges of a hand are some hundredths. */
const MANY_GREYS = 0.1;

const percent = (share: number) => `${(100 * share).toPrecision(2)} %`;

/** What the image chain, and a look at some pixels, saw that is worth knowing. */
export function notesOfChain(
  { maskShare, maskBorder, highest }: PictureFacts,
  seen: Sampled | null = null,
): PictureNote[] {
  const notes: PictureNote[] = [];
  const add = (kind: PictureNote["kind"], text: string) => notes.push({ kind, text });
  if (maskShare === 1) add("mask-of-all", "its mask marks every pixel, as no hand does");
  else if (maskBorder >= MOST) {
    add(
      "mask-of-border",
      `its mask marks ${percent(maskBorder)} of the border: the background, or all but it?`,
    );
  } else if (maskShare <= LITTLE)
    add("mask-of-little", `its mask marks ${percent(maskShare)} of the pixels only`);
  else if (seen !== null && seen.outside > seen.inside) {
    add(
      "negative",
      "the hand is darker than what is around it: is the picture a negative, or the mask another one's?",
    );
  }
  if (seen !== null && seen.labels.length > 2) {
    const { labels } = seen;
    add(
      "mask-of-labels",
      `its mask has the values ${labels.join(", ")}; only above half of the highest is the hand`,
    );
  } else if (seen !== null && seen.maskGreys >= MANY_GREYS) {
    const share = percent(seen.maskGreys);
    add(
      "mask-of-greys",
      `its mask is grey in ${share} of the pixels, not black and white; above half is the hand`,
    );
  }
  if (highest <= FEW_LEVELS) {
    const levels = Math.floor(highest / 256) + 1;
    add(
      "few-levels",
      `no value is above ${highest} of 65535, so that cut to 8 bits it has ${levels} grey levels`,
    );
  }
  return notes;
}

export class PictureNotes {
  private readonly counts = new Map<PictureNote["kind"], number>();

  constructor(private readonly logger: Logger | undefined) {}

  /** @param file the picture's, undefined for one given as bytes. */
  add(file: string | undefined, notes: readonly PictureNote[]): void {
    for (const { kind, text } of notes) {
      const count = this.counts.get(kind) ?? 0;
      if (count === 0) this.logger?.warn(`${file ?? "the picture"}: ${text}`);
      this.counts.set(kind, count + 1);
    }
  }

  /** How many there were of each kind, where more than the one that was told. */
  sum(): void {
    for (const [kind, count] of this.counts) {
      if (count > 1) this.logger?.warn(`${count} pictures in all: ${KINDS[kind]}`);
    }
  }
}
