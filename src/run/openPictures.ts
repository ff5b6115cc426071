/** How a run's files become pictures: copied to scratch first and kept once decoded, as the settings ask. */

import type { Logger } from "../console/logger.js";
import { openPictureCache } from "../image/pictureCache.js";
import type { ReadPicture } from "../image/readPicture.js";
import type { TrainConfig } from "../options/train/index.js";
import { scratchOf } from "../staging/scratch.js";
import { filesOfSamples, type Staged, stage } from "../staging/staging.js";
import type { TrainingCohort } from "../training/trainingCohort.js";
import { PARTS } from "../training/trainingRow.js";

export interface PicturesOptions {
  config: Pick<TrainConfig, "data" | "scratch">;
  cohort: TrainingCohort;
  logger: Logger;
  /** Ends the copying. */
  signal: AbortSignal;
}

/** To be disposed of at the run's end: the copies go. */
export interface Pictures extends AsyncDisposable {
  read: ReadPicture;
}

/** Throws ERR_DEEPLASIA_OUTPUT for a scratch or a cache folder that was asked for and cannot be used. */
export async function openPictures(options: PicturesOptions): Promise<Pictures> {
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

/** All rows, on every node: each epoch deals them out anew. What a cache reads once need not be copied unasked. */
async function stageRows({ config, cohort, logger, signal }: PicturesOptions): Promise<Staged | null> {
  const { use_cache, num_workers } = config.data;
  const scratch = scratchOf(config.scratch);
  if (scratch === null || (use_cache && !scratch.asked)) return null;
  const files = () => filesOfSamples(rowsOf(cohort));
  return stage({ scratch, files, workers: Math.max(1, num_workers), signal, logger });
}

function* rowsOf({ parts }: TrainingCohort) {
  for (const part of PARTS) yield* parts[part].rows;
}
