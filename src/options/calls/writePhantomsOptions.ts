// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { ProgressEvent } from "../../console/progress.js";

/** The options of `writePhantoms`. */
export interface WritePhantomsOptions {
  /** Folder of the new cohort: images, masks and CSVs. */
  out: string;
  /** Number of pictures, 1 to 1000000; picture i is the same for every n. Default: `100`. */
  n?: number | undefined;
  /** Another seed, other hands; the same seed, the same bytes. Default: `1`. */
  seed?: number | undefined;
  /** Share of boys, 0 to 1. Default: `0.5`. */
  maleShare?: number | undefined;
  /** Possible lengths of the longer side, pixels, 64 to 8192. Default: `[700,1000,1400,2000]`. */
  sizes?: readonly number[] | undefined;
  /** Bits a pixel; mixed: 16 in a fifth of the pictures. Default: `"mixed"`. */
  depth?: "8" | "16" | "mixed" | undefined;
  /** Whole plates on which the hand is hard to find (any angle, either hand, borders, markers, other hands, collimation, inverted film), with exact masks: to train mask models. Default: `false`. */
  hard?: boolean | undefined;
  /** Pictures drawn and written at once; bounds the memory. Default: `8`. */
  numWorkers?: number | undefined;
  /** Youngest bone age, months. Default: `4`. */
  minAgeMonths?: number | undefined;
  /** Oldest bone age, months; ages are uniform between the two. Default: `222`. */
  maxAgeMonths?: number | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called with each ProgressEvent. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
}
