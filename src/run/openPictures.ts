import type { Logger } from "../console/logger.js";
import { openPictureCache } from "../image/pictureCache.js";
import type { ReadPicture } from "../image/readPicture.js";
import type { TrainConfig } from "../options/train/index.js";
import { scratchOf } from "../staging/scratch.js";
import { filesOfSamples, type Staged, stage } from "../staging/staging.js";
import type { TrainingCohort } from "../training/trainingCohort.js";
import { PARTS } from "../training/trainingRow.js";

export interface RunPicturesOptions {
  config: Pick<TrainConfig, "data" | "scratch">;
  cohort: TrainingCohort;
  logger: Logger;
  /** Stops the copying. */
  signal: AbortSignal;
}

/** How a run reads its pictures. Dispose of it at the end of the run: that removes the copies. */
export interface RunPictures extends AsyncDisposable {
  read: ReadPicture;
}

/**
 * Copies the pictures to scratch and opens a cache of decoded pictures, as the settings ask.
 *
 * Throws ERR_DEEPLASIA_OUTPUT for a scratch or a cache folder that was given and cannot be used.
 */
export async function openPictures(options: RunPicturesOptions): Promise<RunPictures> {
  const staged = await stageRows(options);
  const dispose = async () => staged?.[Symbol.asyncDispose]();
  try {
    const { config, logger } = options;
    const read = await openPictureCache(config.data, { logger, read: staged?.read });
    return { read, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/**
 * Copies the files of all rows to every node, because each epoch distributes the rows anew. With a cache, which reads each file
 * only once, files are copied only if `scratch` was given.
 */
async function stageRows({ config, cohort, logger, signal }: RunPicturesOptions): Promise<Staged | null> {
  const { use_cache, num_workers } = config.data;
  const scratch = scratchOf(config.scratch);
  if (cohort.pack !== null || scratch === null || (use_cache && !scratch.asked)) return null;
  const files = () => filesOfSamples(rowsOf(cohort));
  return stage({ scratch, files, workers: Math.max(1, num_workers), signal, logger });
}

function* rowsOf({ parts }: TrainingCohort) {
  for (const part of PARTS) yield* parts[part].rows;
}
