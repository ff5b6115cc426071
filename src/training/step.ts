import type { Manifest } from "../contract/manifest.js";
import type * as native from "../native.js";
import type { LoadedBatch } from "./batchLoader.js";
import type { TrainingRow } from "./trainingRow.js";

export interface BatchOutputs extends Pick<native.StepOutputs, "ageZ" | "sexLogit" | "dice" | "loss"> {
  /** The rows of the outputs, in the same order; of several processes, the rows of all. */
  rows: readonly TrainingRow[];
}

export type BatchResult = BatchOutputs & Pick<native.TrainStepOutputs, "updated" | "gradNorm" | "nonFinite">;

export interface StepOptions {
  learningRate: number;
  /** Batches whose gradients make one update. */
  accumulation: number;
  /** Update with this batch, however many gradients were accumulated: it is the last one of an epoch. */
  update: boolean;
}

/** What the loop needs of whatever trains: the native trainer, or a stand-in in tests. */
export interface Step {
  /** Trains on a batch. */
  step(batch: LoadedBatch, options: StepOptions): Promise<BatchResult>;
  /** Returns outputs in evaluation mode, of the averaged weights where there are some. */
  evaluate(batch: LoadedBatch): Promise<BatchOutputs>;
  /** Writes the model as it is used, with these fields of its contract. The file appears whole or not at all. */
  save(file: string, manifest: Manifest): Promise<void>;
  /** Writes all that the steps to come depend on, and a text of the caller's. The file appears whole or not at all. */
  saveState(file: string, notes: string): Promise<void>;
  /**
   * Restores such a state, and returns the text. Throws ERR_DEEPLASIA_RESUME for a state that does not fit,
   * ERR_DEEPLASIA_CHECKPOINT for a damaged one.
   */
  restoreState(file: string): Promise<string>;
}
