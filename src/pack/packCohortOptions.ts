// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Logger } from "../console/logger.js";
import type { ProgressEvent } from "../console/progress.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import type { PathArgument } from "../options/library.js";

/** The options of `packCohort`. */
export interface PackCohortOptions {
  /** Rows to pack, all of them: image_ID, dir, patient_ID, sex, bone_age. */
  annotationCsv: string;
  /** Root of the pictures: <img_dir>/<dir>/<image_ID>. */
  imgDir: string;
  /** Roots of the masks, laid out as the pictures; the first that has a mask counts. "": no masks. Default: `[]`. */
  maskDirs?: readonly string[] | undefined;
  /** Crop: the part round the mask in full size (all of a picture without masks), for training and every prediction with the same masks; input: the network's input, smallest and fastest, for predictions without rotation alone. Default: `"crop"`. */
  keep?: "crop" | "input" | undefined;
  /** Discard an unfinished pack of other options, or replace the pack. Default: `false`. */
  overwrite?: boolean | undefined;
  /** Share of the rows, from 1: 3/16; the last share joins all; none: all rows; auto: by the task of a SLURM array or job step. */
  shard?: string | undefined;
  /** Pictures decoded and preprocessed at once; bounds the memory. Default: `8`. */
  numWorkers?: number | undefined;
  /** A hand-mask model as `await loadHandMaskModel(file)` gives it, its file, "auto" (the bundled one where masks are needed and none are given) or "none". Default: `"auto"`. */
  maskModel?: HandMaskModel | PathArgument | undefined;
  /** The pack. */
  out: PathArgument;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called with each ProgressEvent. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** An object with the functions info, warn and error. */
  logger?: Logger | undefined;
}
