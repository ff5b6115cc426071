import type { Logger } from "../console/logger.js";
import type { Progress } from "../console/progress.js";
import type { AnyContract } from "../contract/contract.js";
import type { Group } from "../distributed/group.js";
import type { Trainer } from "../trainer/trainer.js";
import type { TrainingCohort } from "../training/trainingCohort.js";
import type { TrainConfigResult } from "./config/completeConfig.js";
import type { Resumption } from "./findResumption.js";
import type { Start } from "./openStart.js";
import type { RunFolder } from "./runFolder.js";

export interface RunOptions extends TrainConfigResult {
  logger: Logger;
  progress: Progress;
  /** Ends the run after the current step; its state is saved. */
  signal: AbortSignal;
  /** As of `loadModel`, for a checkpoint that is trained further. */
  legacyParameters?: string | undefined;
  /** Called with the run's folder, before anything is written there. */
  onFolder?: ((folder: RunFolder) => void) | undefined;
}

/** A run whose rows, network and folder are there: what is left is to train. */
export interface PreparedRun extends RunOptions {
  /** The processes of the run. */
  group: Group;
  folder: RunFolder;
  /** What the run resumes, if anything. */
  resumption: Resumption;
  seed: number;
  /** What the network was made from. */
  start: Start;
  cohort: TrainingCohort;
  trainer: Trainer;
  /** The contract of the model to be, before its epochs add to it. */
  contract: AnyContract;
}
