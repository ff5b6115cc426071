import { isTrial } from "./isTrial.js";
import type { PreparedRun } from "./preparedRun.js";
import type { RunResults } from "./runResults.js";

/** A training run that has ended. */
export interface TrainedRun extends RunResults {
  /** Why training ended: `max_epochs (300)`, `Step-wise/val_reg_mad did not improve in 50 epochs; best: 6.120`. */
  ended: string;
  /** The run's folder; null for a trial (`trainer.fast_dev_run`), which leaves nothing. */
  folder: string | null;
  /** The model of the best epoch, a TorchScript file; null for a trial. */
  bestModel: string | null;
  /** The model of the last epoch, a TorchScript file; null for a trial. */
  lastModel: string | null;
}

export function trainedRun({ config, folder }: PreparedRun, ended: string, results: RunResults): TrainedRun {
  if (isTrial(config)) return { ended, folder: null, bestModel: null, lastModel: null, ...results };
  const { path, bestModel, lastModel } = folder;
  return { ended, folder: path, bestModel, lastModel, ...results };
}
