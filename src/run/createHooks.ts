/** The parts of a run, from its configuration: what the loop calls, in the order in which it calls them. */

import type { Logger } from "../console/logger.js";
import type { Progress } from "../console/progress.js";
import type { Contract } from "../contract/contract.js";
import type { Manifest } from "../contract/manifest.js";
import { correctionDoubt } from "../contract/plausible.js";
import { shortName } from "../options/classPath.js";
import type { TrainConfig } from "../options/train/index.js";
import { type AgeScale, lineInMonths } from "../statistics/ageScale.js";
import type { BiasLine } from "../statistics/biasLine.js";
import type { Hook } from "../training/hook.js";
import { Checkpoints } from "../training/hooks/checkpoints.js";
import { EarlyStopping } from "../training/hooks/earlyStopping.js";
import { Failures } from "../training/hooks/failures.js";
import { LearningRate } from "../training/hooks/learningRate.js";
import { MetricsCsv } from "../training/hooks/metricsCsv.js";
import { MetricsHook } from "../training/hooks/metricsHook.js";
import { ProgressHook } from "../training/hooks/progressHook.js";
import { createSchedule } from "../training/hooks/schedules.js";
import { TensorBoardLog } from "../training/hooks/tensorBoardLog.js";
import { limitsOf } from "../training/limits.js";
import type { NetworkStep } from "../training/networkStep.js";
import type { RunFolder } from "./runFolder.js";

export interface Parts {
  config: TrainConfig;
  folder: RunFolder;
  /** For the model and what it has learnt of its losses. */
  step: NetworkStep;
  contract: Contract;
  scale: AgeScale;
  /** Of an epoch. */
  trainBatches: number;
  /** Rows of a batch, of all processes. */
  batchRows: number;
  /** Whether this process writes; of several, one does. */
  writes: boolean;
  logger: Logger;
  progress: Progress;
}

export interface Hooks {
  /** In the order in which they are called. */
  all: Hook[];
  learningRate: LearningRate;
  checkpoints: Checkpoints;
  failures: Failures;
  tensorBoard: TensorBoardLog;
}

/** Throws ERR_DEEPLASIA_OPTION for a schedule that cannot be. */
export function createHooks(parts: Parts): Hooks {
  const { config, folder, step, contract, scale, trainBatches, batchRows, writes, logger, progress } = parts;
  const { optimizer, lr_scheduler, lr_monitor, trainer, early_stopping } = config;
  const { trainer: network } = step;
  const fixed = { age: config.model.age_sigma, sex: config.model.sex_sigma };
  const metrics = new MetricsHook(
    {
      ageSdMonths: scale.sdMonths,
      lossWeights: () => {
        const learnt = network.lossWeights;
        return { ...(learnt ?? fixed), learnt: learnt !== null };
      },
    },
    logger,
  );
  const isSaid = !("verbose" in lr_scheduler.init_args) || lr_scheduler.init_args.verbose;
  const schedule = createSchedule(lr_scheduler, optimizer.init_args.lr, trainer.max_epochs);
  const learningRate = new LearningRate(schedule, isSaid ? logger : null);
  const correction = plausibleCorrection(scale, logger);
  const save = (file: string) => step.save(file, { ...contract, ...correction(metrics.bias) });
  const checkpoints = new Checkpoints(early_stopping, folder, save, logger);
  const failures = new Failures(folder.failures);
  const tensorBoard = new TensorBoardLog(folder.path, {
    optimizer: shortName(optimizer.class_path),
    rateInterval: lr_monitor.logging_interval ?? "epoch",
    everySteps: trainer.log_every_n_steps,
  });
  const progressHook = new ProgressHook({
    progress,
    logger,
    maxEpochs: limitsOf(config).maxEpochs,
    trainBatches,
    batchSize: batchRows,
    madMonths: () => metrics.trainMadMonths,
  });
  const written = [checkpoints, new MetricsCsv(folder.metrics), tensorBoard, failures, progressHook];
  const all = [metrics, new EarlyStopping(early_stopping, logger), learningRate, ...(writes ? written : [])];
  return { all, learningRate, checkpoints, failures, tensorBoard };
}

/**
 * A line in z as the contract wants it: with z = (months - mean) / sd, the slope stays and the intercept moves. None where
 * that is implausible, as of a network that has not learnt ages yet; the first time is told.
 */
function plausibleCorrection(scale: AgeScale, logger: Logger): (bias: BiasLine) => Manifest {
  let isTold = false;
  return (bias) => {
    const { slope: biasSlope, intercept: biasIntercept } = lineInMonths(bias, scale);
    const doubt = correctionDoubt(biasSlope, biasIntercept);
    if (doubt === null) return { biasSlope, biasIntercept };
    if (!isTold) logger.warn(`saved without a bias correction as long as it is implausible: ${doubt.text}`);
    isTold = true;
    return { biasSlope: 0, biasIntercept: 0 };
  };
}
