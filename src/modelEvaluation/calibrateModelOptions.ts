// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Logger } from "../console/logger.js";
import type { ProgressEvent } from "../console/progress.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import type { PathArgument } from "../options/library.js";

/** The options of `calibrateModel`. */
export interface CalibrateModelOptions {
  /** The new model. */
  out: PathArgument;
  /** The site's pictures with their bone ages: image_ID, dir, patient_ID, sex, bone_age. */
  annotationCsv: string;
  /** Root of the pictures: <img_dir>/<dir>/<image_ID>. */
  imgDir?: string | undefined;
  /** Roots of the masks, laid out as the pictures; the first that has a mask counts. "": no masks. Default: `[]`. */
  maskDirs?: readonly string[] | undefined;
  /** A line for girls and one for boys. Default: `false`. */
  bySex?: boolean | undefined;
  /** Folds of the cross-validation that measures the gain; patients stay together. Default: `10`. */
  folds?: number | undefined;
  /** Resamples of the gain's interval. Default: `2000`. */
  resamples?: number | undefined;
  /** Same seed and files, same folds and interval. Default: `42`. */
  seed?: number | undefined;
  /** Replace the new file where it exists. Default: `false`. */
  overwrite?: boolean | undefined;
  /** Rows that are loaded and predicted together; an interrupted run resumes at such a block. Default: `16`. */
  batchSize?: number | undefined;
  /** Most memory for the pictures in one forward, without the weights: 500MB, 2GB (default: on the CPU as much as makes it faster, on a GPU all memory). */
  maxMemory?: number | string | undefined;
  /** Pictures decoded and preprocessed at once; bounds the memory. Default: `8`. */
  numWorkers?: number | undefined;
  /** Checks of every picture: none, a column quality with what is doubtful, or a failed row (default: report where a model makes the masks, else none). */
  onQuality?: "none" | "report" | "fail" | undefined;
  /** Turn pictures whose fingers surely point down or aside, and invert those that surely have dark bone, where there is a mask; the column oriented has what was done. Default: `false`. */
  autoOrient?: boolean | undefined;
  /** A hand-mask model as `await loadHandMaskModel(file)` gives it, its file, "auto" (the bundled one where masks are needed and none are given) or "none". Default: `"auto"`. */
  maskModel?: HandMaskModel | PathArgument | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called with each ProgressEvent. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** An object with the functions info, warn and error. */
  logger?: Logger | undefined;
}
