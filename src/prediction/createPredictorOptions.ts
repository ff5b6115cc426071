// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Logger } from "../console/logger.js";
import type { GatheredBatch } from "../inference/gatheredBlocks.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import type { PathArgument } from "../options/library.js";

/** The options of `createPredictor`. */
export interface CreatePredictorOptions {
  /** Most pictures of a batch. Default: `16`. */
  batchSize?: number | undefined;
  /** Pictures decoded and preprocessed at once; bounds the memory. Default: `8`. */
  numWorkers?: number | undefined;
  /** Most memory for the pictures in one forward, without the weights: 500MB, 2GB (default: on the CPU as much as makes it faster, on a GPU all memory). */
  maxMemory?: number | string | undefined;
  /** A model with a sex head that predicts the sex where none is given, as loadModel gives it. */
  sexModel?: BoneAgeModel | undefined;
  /** A hand-mask model as `await loadHandMaskModel(file)` gives it, its file, "auto" (the bundled one where masks are needed and none are given) or "none". Default: `"auto"`. */
  maskModel?: HandMaskModel | PathArgument | undefined;
  /** A list of names, one for each member of an ensemble (default: the stems of their files). */
  memberNames?: readonly string[] | undefined;
  /** Checks of every picture: none, a column quality with what is doubtful, or a failed row (default: report where a model makes the masks, else none). */
  onQuality?: "none" | "report" | "fail" | undefined;
  /** Turn pictures whose fingers surely point down or aside, and invert those that surely have dark bone, where there is a mask; the column oriented has what was done. Default: `false`. */
  autoOrient?: boolean | undefined;
  /** Mirror the pictures left to right. Default: `false`. */
  flip?: boolean | undefined;
  /** Turn the pictures, degrees; positive is clockwise. Default: `0`. */
  rotationAngle?: number | undefined;
  /** How long the first picture of a batch that is not full waits for others, ms; 0: a picture that comes while the networks idle is predicted at once, and those that come while they are busy are predicted together. Default: `0`. */
  maxWaitMs?: number | undefined;
  /** Most pixels of a picture; a larger one is refused before it is decoded. Default: `268402689`. */
  maxPixels?: number | undefined;
  /** Called with each batch as it begins. */
  onBatch?: ((event: GatheredBatch) => void) | undefined;
  /** An object with the functions info, warn and error. */
  logger?: Logger | undefined;
}
