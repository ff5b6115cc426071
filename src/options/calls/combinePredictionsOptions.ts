// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Logger } from "../../console/logger.js";
import type { PathArgument } from "../library.js";

/** The options of `combinePredictions`. */
export interface CombinePredictionsOptions {
  /** True bone ages: image_ID, dir, bone_age. Rows without one stay, with an empty cell (the reference's notebook loses them). */
  annotationCsv?: string | undefined;
  /** Take the mean of the members that have a row, and count them in the column members; otherwise a row that a member lacks is a failure. Default: `false`. */
  allowMissing?: boolean | undefined;
  /** File for the ensemble, - for stdout; without it nothing is written. */
  outputPath?: PathArgument | undefined;
  /** An object with the functions info, warn and error. */
  logger?: Logger | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
