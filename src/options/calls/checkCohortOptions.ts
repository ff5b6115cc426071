// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { ProgressEvent } from "../../console/progress.js";

/** The options of `checkCohort`. */
export interface CheckCohortOptions {
  /** Root of the pictures: <img_dir>/<dir>/<image_ID>. */
  imgDir: string;
  /** Roots of the masks, laid out as the pictures. Default: `[]`. */
  maskDirs?: readonly string[] | undefined;
  /** Splits to be checked too: patient_ID, dir, one column a scheme. */
  splitCsv?: string | undefined;
  /** Scheme to check; empty: all. Default: `""`. */
  splitColumn?: string | undefined;
  /** Decode every picture and mask too, and compare their sizes. Default: `false`. */
  decode?: boolean | undefined;
  /** Files that are checked at once. Default: `8`. */
  numWorkers?: number | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called with each ProgressEvent. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
}
