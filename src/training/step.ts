/** What the loop asks of whatever trains: the native trainer, or a stand-in in tests. */
import type { Manifest } from "../model/manifest.js";
import type { LoadedBatch } from "./loader.js";

/** For the rows of a batch, in their order; losses are means over them, null where the truth or a head is missing. */
export interface StepOutputs {
  ageZ: Float32Array;
  /** Null for a network without a sex head. */
  sexLogit: Float32Array | null;
  /** Weighted sum: what is minimised. */
  loss: number | null;
}

export interface StepResult extends StepOutputs {
  /** Whether the weights changed: not while gradients are gathered, nor where something was not finite. */
  updated: boolean;
  /** Norm of all gradients before clipping; null where no update was due. */
  gradNorm: number | null;
  /** What was not finite, so that nothing changed; `overflow` is expected now and then in half precision. */
  nonFinite: "loss" | "gradients" | "overflow" | null;
}

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
