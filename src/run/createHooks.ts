import type { Logger } from "../console/logger.js";
import type { Progress } from "../console/progress.js";
import type { Contract } from "../contract/contract.js";
import type { Manifest } from "../contract/manifest.js";
import { correctionDoubt } from "../contract/plausible.js";
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
import { TensorBoardLog } from "../training/hooks/tensorBoardLog.js";
import { limitsOf } from "../training/limits.js";
import type { NetworkStep } from "../training/networkStep.js";
import type { RunFolder } from "./runFolder.js";

export interface HookParts {
  config: TrainConfig;
  folder: RunFolder;
  step: NetworkStep;
  contract: Contract;
  scale: AgeScale;
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
  const { config, folder, step, contract, scale, trainBatches, batchRows, writes, logger, progress } = parts;
  const { trainer } = step;
  const fixed = { age: config.model.age_sigma, sex: config.model.sex_sigma };
  const lossWeights = () => {
    const learnt = trainer.lossWeights;
    return { ...(learnt ?? fixed), learnt: learnt !== null };
  };
  const metrics = new MetricsHook({ ageSdMonths: scale.sdMonths, lossWeights }, logger);
  const learningRate = new LearningRate(config, logger);
  const correction = plausibleCorrection(scale, logger);
  const save = (file: string) => step.save(file, { ...contract, ...correction(metrics.bias) });
  const checkpoints = new Checkpoints(config.early_stopping, folder, save, logger);
  const failures = new Failures(folder.failures);
  const tensorBoard = new TensorBoardLog(folder.path, config);
  const progressHook = new ProgressHook({
    progress,
    logger,
    maxEpochs: limitsOf(config).maxEpochs,
    trainBatches,
    batchSize: batchRows,
    madMonths: () => metrics.trainMadMonths,
  });
  const watching = [metrics, new EarlyStopping(config.early_stopping, logger), learningRate];
  const writing = [checkpoints, new MetricsCsv(folder.metrics), tensorBoard, failures, progressHook];
  const all = writes ? [...watching, ...writing] : watching;
  return { all, learningRate, checkpoints, failures, tensorBoard };
}

/**
 * Turns a bias line in z into the contract's correction in months. An implausible line, as that of a network that has not
 * learnt ages yet, gives no correction; the first one is logged.
 */
function plausibleCorrection(scale: AgeScale, logger: Logger): (bias: BiasLine) => Manifest {
  let isLogged = false;
  return (bias) => {
    const { slope: biasSlope, intercept: biasIntercept } = lineInMonths(bias, scale);
    const doubt = correctionDoubt(biasSlope, biasIntercept);
    if (doubt === null) return { biasSlope, biasIntercept };
    if (!isLogged) logger.warn(`saved without a bias correction as long as it is implausible: ${doubt.text}`);
    isLogged = true;
    return { biasSlope: 0, biasIntercept: 0 };
  };
}
