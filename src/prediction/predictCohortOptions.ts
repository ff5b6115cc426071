// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Logger } from "../console/logger.js";
import type { ProgressEvent } from "../console/progress.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import type { PathArgument } from "../options/library.js";
import type { SexWord } from "../words.js";

/** The options of `predictCohort`. */
export interface PredictCohortOptions {
  /** Rows to predict: image_ID, dir, patient_ID, sex, bone_age. */
  annotationCsv?: string | undefined;
  /** Root of the pictures of annotationCsv. */
  imgDir?: string | undefined;
  /** Roots of the masks, laid out as the pictures; the first that has a mask counts. "": no masks. Default: `[]`. */
  maskDirs?: readonly string[] | undefined;
  /** Splits; needed with splitColumn. */
  splitCsv?: string | undefined;
  /** Scheme to use; empty: all rows. Default: `""`. */
  splitColumn?: string | undefined;
  /** Rows of that split. Default: `"test"`. */
  splitName?: string | undefined;
  /** Sex of all pictures given as files: F or M (default: that of each DICOM header). */
  sex?: SexWord | null | undefined;
  /** CSV with image_ID and sex to look the pictures up in; a file of predictions too. */
  sexFrom?: string | undefined;
  /** At most that many batches; a fraction below 1 means that share of them. */
  limitPredictBatches?: number | undefined;
  /** Mirror the pictures left to right. Default: `false`. */
  flip?: boolean | undefined;
  /** Turn the pictures, degrees; positive is clockwise. Default: `0`. */
  rotationAngle?: number | undefined;
  /** Predict each picture turned by -10, -5, 0, 5 and 10 degrees, and take the mean (test-time augmentation); with columns for each view, and tta_sd. Default: `false`. */
  ttaRot?: boolean | undefined;
  /** The same of each picture and its mirror image; with ttaRot all ten views. Default: `false`. */
  ttaFlip?: boolean | undefined;
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
  /** Folder for the masks that a model makes, as PNG, laid out as the pictures. */
  saveMasks?: string | undefined;
  /** Folder for pictures of where each age comes from, as <dir>/<picture>.saliency.png: the network's input with a map of heat (Grad-CAM; for networks without convolutions, occlusion). */
  saliency?: string | undefined;
  /** Folder for pictures of what the networks are given: <picture>.input0.png and so on, and <picture>.box.png with the box that a cropper found. */
  debugPictures?: string | undefined;
  /** Folder for a DICOM report (SR) and an annotated copy (SC) of each predicted DICOM file, in its study; they name the patient as the file does. */
  dicomOut?: string | undefined;
  /** Checks of every picture: none, a column quality with what is doubtful, or a failed row (default: report where a model makes the masks, else none). */
  onQuality?: "none" | "report" | "fail" | undefined;
  /** Turn pictures whose fingers surely point down or aside, and invert those that surely have dark bone, where there is a mask; the column oriented has what was done. Default: `false`. */
  autoOrient?: boolean | undefined;
  /** Count a row without a mask as a failure instead of leaving it out. Default: `false`. */
  strict?: boolean | undefined;
  /** A list of pictures, folders or glob patterns, instead of annotationCsv. */
  files?: readonly string[] | undefined;
  /** A model with a sex head that predicts the sex where none is given, as loadModel gives it. */
  sexModel?: BoneAgeModel | undefined;
  /** A hand-mask model as `await loadHandMaskModel(file)` gives it, its file, "auto" (the bundled one where masks are needed and none are given) or "none". Default: `"auto"`. */
  maskModel?: HandMaskModel | PathArgument | undefined;
  /** A list of names, one for each member of an ensemble (default: the stems of their files). */
  memberNames?: readonly string[] | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called with each ProgressEvent. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** An object with the functions info, warn and error. */
  logger?: Logger | undefined;
}
