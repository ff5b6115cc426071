// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Logger } from "../../console/logger.js";
import type { ProgressEvent } from "../../console/progress.js";

/** The options of `train`. */
export interface TrainWatching {
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called with each ProgressEvent. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** An object with the functions info, warn and error. */
  logger?: Logger | undefined;
  /** A function that is given the path of the run's folder. */
  onFolder?: ((folder: string) => void) | undefined;
}
