import type { Logger } from "../console/logger.js";
import type { Progress } from "../console/progress.js";
import type { AnyContract } from "../contract/contract.js";
import type { TrainConfig } from "../options/train/index.js";
import type { Hook } from "../training/hook.js";
import { Checkpoints } from "../training/hooks/checkpoints.js";
import { EarlyStopping } from "../training/hooks/earlyStopping.js";
import { Failures } from "../training/hooks/failures.js";
import { LearningRate } from "../training/hooks/learningRate.js";
import { MetricsCsv } from "../training/hooks/metricsCsv.js";
import { ProgressHook } from "../training/hooks/progressHook.js";
import { TensorBoardLog } from "../training/hooks/tensorBoardLog.js";
import { limitsOf } from "../training/limits.js";
import type { NetworkStep } from "../training/networkStep.js";
import type { TrainingCohort } from "../training/trainingCohort.js";
import { kindOf } from "./kinds/kindOf.js";
import type { RunFolder } from "./runFolder.js";

export interface HookParts {
  config: TrainConfig;
  folder: RunFolder;
  step: NetworkStep;
  contract: AnyContract;
  cohort: Pick<TrainingCohort, "scale">;
  /** Batches per epoch. */
  trainBatches: number;
  /** Rows in the batch of all processes together. */
  batchRows: number;
  /** Whether this process writes files: of several, one does. */
  writes: boolean;
  logger: Logger;
  progress: Progress;
}

export interface RunHooks {
  /** In the order in which they are called. */
  all: Hook[];
  learningRate: LearningRate;
  checkpoints: Checkpoints;
  failures: Failures;
  tensorBoard: TensorBoardLog;
}

/** Throws ERR_DEEPLASIA_OPTION for a schedule that is not possible. */
export function createHooks(parts: HookParts): RunHooks {
  const { config, folder, step, contract, trainBatches, batchRows, writes, logger, progress } = parts;
  const kind = kindOf(config);
  const { hook: metrics, manifest } = kind.createMetrics({ ...parts, trainer: step.trainer });
  const learningRate = new LearningRate(config, logger);
  const save = (file: string) => step.save(file, { ...contract, ...manifest() });
  const checkpoints = new Checkpoints(config.early_stopping, folder, save, logger);
  const failures = new Failures(folder.failures);
  const tensorBoard = new TensorBoardLog(folder.path, config);
  const progressHook = new ProgressHook({
    progress,
    logger,
    maxEpochs: limitsOf(config).maxEpochs,
    trainBatches,
    batchSize: batchRows,
    metrics,
  });
  const watching = [metrics, new EarlyStopping(config.early_stopping, logger), learningRate];
  const csv = new MetricsCsv(folder.metrics, kind.metricNames);
  const writing = [checkpoints, csv, tensorBoard, failures, progressHook];
  const all = writes ? [...watching, ...writing] : watching;
  return { all, learningRate, checkpoints, failures, tensorBoard };
}
