import type { PartMetrics } from "../evaluation/partMetrics.js";
import type { Part } from "../training/trainingRow.js";
import type { MaskMetrics } from "./maskTable.js";
import type { PreparedRun } from "./preparedRun.js";
import { isTrial } from "./trial.js";

/** A training run that has ended. */
export interface TrainedRun {
  /** Why training ended: `max_epochs (300)`, `Step-wise/val_reg_mad did not improve in 50 epochs; best: 6.120`. */
  ended: string;
  /** The run's folder; null for a trial (`trainer.fast_dev_run`), which leaves nothing. */
  folder: string | null;
  /** The model of the best epoch, a TorchScript file; null for a trial. */
  bestModel: string | null;
  /** The model of the last epoch, a TorchScript file; null for a trial. */
  lastModel: string | null;
  /** Metrics of the best bone-age model on the parts of the split; a part without a predicted row is missing. */
  metrics: Partial<Record<Part, PartMetrics>>;
  /** The same of the best mask model. */
  masks: Partial<Record<Part, MaskMetrics>>;
}

export function trainedRun(
  { config, folder }: PreparedRun,
  ended: string,
  results: Pick<TrainedRun, "metrics" | "masks">,
): TrainedRun {
  if (isTrial(config)) return { ended, folder: null, bestModel: null, lastModel: null, ...results };
  const { path, bestModel, lastModel } = folder;
  return { ended, folder: path, bestModel, lastModel, ...results };
}
