// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Logger } from "../console/logger.js";
import type { ProgressEvent } from "../console/progress.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import type { PathArgument } from "../options/library.js";

/** The options of `evaluateModels`. */
export interface EvaluateModelsOptions {
  /** The folder of the report and of the predictions. */
  out: PathArgument;
  /** The cohort: image_ID, dir, patient_ID, sex, bone_age; further columns may be chronological_age and rater_*. */
  annotationCsv: string;
  /** Splits: patient_ID, dir, one column a scheme; goes with the name of a column. */
  splitCsv?: string | undefined;
  /** The scheme, a column of the split CSV. */
  splitColumn?: string | undefined;
  /** The part of the split that is evaluated. Default: `"test"`. */
  splitName?: string | undefined;
  /** The column of predicted months (default: ensemble_bone_age, pred_bone_age, or the most corrected one of a run's CSV). */
  predictionColumn?: string | undefined;
  /** Columns of the CSVs to group by, besides sex and age: dir, or any other. Default: `[]`. */
  by?: readonly string[] | undefined;
  /** Width of an age band in months. Default: `24`. */
  bandMonths?: number | undefined;
  /** A part of the split, such as val, from whose errors prediction intervals of 80, 90 and 95 % follow (split-conformal): their coverage and width in the report, and intervals.csv. */
  calibrate?: string | undefined;
  /** SDs of bone age for SDS: CSV with sex, age, sd (months); for cohorts with chronological_age. */
  referenceSd?: string | undefined;
  /** Resamples of each bootstrap interval; patients are drawn where patient_ID is known. Default: `2000`. */
  resamples?: number | undefined;
  /** Same seed and files, same report. Default: `42`. */
  seed?: number | undefined;
  /** Title of the report. */
  title?: string | undefined;
  /** Replace a report that is in the folder. Default: `false`. */
  overwrite?: boolean | undefined;
  /** Root of the pictures: <img_dir>/<dir>/<image_ID>. */
  imgDir?: string | undefined;
  /** Roots of the masks, laid out as the pictures; the first that has a mask counts. "": no masks. Default: `[]`. */
  maskDirs?: readonly string[] | undefined;
  /** At most that many batches; a fraction below 1 means that share of them. */
  limitPredictBatches?: number | undefined;
  /** Mirror the pictures left to right. Default: `false`. */
  flip?: boolean | undefined;
  /** Turn the pictures, degrees; positive is clockwise. Default: `0`. */
  rotationAngle?: number | undefined;
  /** Rows that are loaded and predicted together; an interrupted run resumes at such a block. Default: `16`. */
  batchSize?: number | undefined;
  /** Most memory for the pictures in one forward, without the weights: 500MB, 2GB (default: on the CPU as much as makes it faster, on a GPU all memory). */
  maxMemory?: number | string | undefined;
  /** Pictures decoded and preprocessed at once; bounds the memory. Default: `8`. */
  numWorkers?: number | undefined;
  /** Share of the rows, from 1: 3/16; none: all rows; auto: by the task of a SLURM array or job step (the command's default for an `annotationCsv` into a file). */
  shard?: string | undefined;
  /** Copy pictures and masks to this node-local folder first, and remove them at the end; none; auto: $TMPDIR in a SLURM job, if it is on another disk (the command's default for an `annotationCsv`). */
  scratch?: string | undefined;
  /** Checks of every picture: none, a column quality with what is doubtful, or a failed row (default: report where a model makes the masks, else none). */
  onQuality?: "none" | "report" | "fail" | undefined;
  /** Turn pictures whose fingers surely point down or aside, and invert those that surely have dark bone, where there is a mask; the column oriented has what was done. Default: `false`. */
  autoOrient?: boolean | undefined;
  /** Count a row without a mask as a failure instead of leaving it out. Default: `false`. */
  strict?: boolean | undefined;
  /** Resume an interrupted run of the same command; after a finished run, repeat only the rows that failed. Default: `false`. */
  resume?: boolean | undefined;
  /** Validation and test: do not turn the pictures by -10, -5, 0, 5 and 10 degrees. Default: `false`. */
  noTestTtaRot?: boolean | undefined;
  /** Validation and test: do not mirror the pictures as well. Default: `false`. */
  noTestTtaFlip?: boolean | undefined;
  /** Turn the pictures of the training part too. Default: `false`. */
  trainTtaRot?: boolean | undefined;
  /** Mirror the pictures of the training part too. Default: `false`. */
  trainTtaFlip?: boolean | undefined;
  /** Fit no bias correction to the training part, which is not predicted then; the model's own correction is used. Default: `false`. */
  noRegression?: boolean | undefined;
  /** Predict each evaluated picture also turned, mirrored, brighter, darker, with other contrast, inverted, with a laterality marker, coarser and as JPEG, and report how far its age moves. Default: `false`. */
  robustness?: boolean | undefined;
  /** Write the fitted correction into the model itself, not into a copy in the report's folder. Default: `false`. */
  inPlace?: boolean | undefined;
  /** A model with a sex head that predicts the sex where none is given, as loadModel gives it. */
  sexModel?: BoneAgeModel | undefined;
  /** A hand-mask model as `await loadHandMaskModel(file)` gives it, its file, "auto" (the bundled one where masks are needed and none are given) or "none". Default: `"auto"`. */
  maskModel?: HandMaskModel | PathArgument | undefined;
  /** A list of names, one for each member of an ensemble (default: the stems of their files). */
  memberNames?: readonly string[] | undefined;
  /** What was run, without its shard, for messages about missing shares. */
  command?: string | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called with each ProgressEvent. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** An object with the functions info, warn and error. */
  logger?: Logger | undefined;
}
