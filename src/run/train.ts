import { silentLogger } from "../console/logger.js";
import type { Progress } from "../console/progress.js";
import type { TrainWatching } from "../options/calls/trainWatching.js";
import type { TrainOptions } from "../options/train/trainOptions.js";
import { trainWatching } from "../options/train/trainWatching.js";
import { requireOptions } from "../schema/checkValue.js";
import { readTrainOptions } from "./config/readTrainOptions.js";
import { runTraining } from "./runTraining.js";
import type { TrainedRun } from "./trainedRun.js";

/**
 * Trains a network on a cohort, and evaluates the best epoch's model, as the command `train` does. The settings are those of
 * a config file, in the same sections and with the same names and defaults, but for the paths of the cohort:
 * `data.annotation_path`, `data.split_path` and `data.img_dir` must be given, and without `data.mask_dirs` no masks are
 * used.
 *
 * With `trainer.devices` above 1, this process starts the other processes of the run as copies of itself: the script must
 * come to the same call of `train` in each of them, as with PyTorch Lightning. All of them return the same.
 *
 * @throws The signal's reason where it interrupted the run; an AbortError where the signal of another process did.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _CSV, _CSV_COLUMN, _MODEL_MISSING, _MODEL_UNREADABLE, _CHECKPOINT, _CONTRACT,
 *   _DEVICE, _OUT_OF_MEMORY, _RESUME, _NOT_FINITE, _OUTPUT, _PEER; with `strict` also the error of the first row that cannot
 *   be used. After the first step the run can be resumed from its last state, which the remedy names.
 */
export async function train(options: TrainOptions, watching: TrainWatching = {}): Promise<TrainedRun> {
  const { signal, logger = silentLogger, onProgress, onFolder } = requireOptions(trainWatching, watching);
  const settings = await readTrainOptions(options);
  signal?.throwIfAborted();
  return runTraining({
    ...settings,
    logger,
    progress: progressOf(onProgress),
    signal: signal ?? new AbortController().signal,
    onFolder: onFolder && (({ path }) => onFolder(path)),
  });
}

function progressOf(onProgress: TrainWatching["onProgress"]): Progress {
  return { update: (event) => onProgress?.(event), hide() {}, finish() {} };
}
