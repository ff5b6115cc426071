/** What the loop asks of whatever trains: the native trainer, or a stand-in in tests. */
import type { Manifest } from "../contract/manifest.js";
import type * as native from "../native.js";
import type { LoadedBatch } from "./batchLoader.js";
import type { TrainingRow } from "./trainingRow.js";

export interface StepOutputs extends Pick<native.StepOutputs, "ageZ" | "sexLogit" | "loss"> {
  /** What they are the outputs of, in their order: of several processes, the parts of all. */
  rows: readonly TrainingRow[];
}

export type StepResult = StepOutputs & Pick<native.TrainStepOutputs, "updated" | "gradNorm" | "nonFinite">;

export interface StepOptions {
  learningRate: number;
  /** Batches whose gradients make an update. */
  accumulation: number;
  /** Update with this batch, however many gradients are gathered: an epoch's last one. */
  update: boolean;
}

export interface Step {
  /** Learn from a batch, in training mode. */
  step(batch: LoadedBatch, options: StepOptions): Promise<StepResult>;
  /** Outputs in evaluation mode, of the averaged weights where there are such. */
  evaluate(batch: LoadedBatch): Promise<StepOutputs>;
  /** Write the model as it is used, with these fields of its contract; whole or not at all. */
  save(file: string, manifest: Manifest): Promise<void>;
  /** Write all that the steps to come depend on, and a text of the caller's; whole or not at all. */
  saveState(file: string, notes: string): Promise<void>;
  /** Take it over; the text. Throws ERR_DEEPLASIA_RESUME for a state that does not fit, _CHECKPOINT for a damaged one. */
  restoreState(file: string): Promise<string>;
}
