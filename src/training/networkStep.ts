import type { Contract } from "../contract/contract.js";
import type { Manifest } from "../contract/manifest.js";
import { normalisation } from "../image/imagePlan.js";
import type { NetworkInput } from "../native.js";
import type { Trainer } from "../trainer/trainer.js";
import type { LoadedBatch } from "./batchLoader.js";
import type { BatchOutputs, BatchResult, Step, StepOptions } from "./step.js";

/** The native trainer as the loop's step. */
export class NetworkStep implements Step {
  /** The averaged weights are the model, where there are some. */
  private readonly weights: { ema: boolean };

  constructor(
    readonly trainer: Trainer,
    private readonly contract: Contract,
  ) {
    this.weights = { ema: trainer.options.emaDecay !== null };
  }

  async step(batch: LoadedBatch, options: StepOptions): Promise<BatchResult> {
    return { ...(await this.stepInGroup(batch, options, [])), rows: batch.rows };
  }

  async evaluate(batch: LoadedBatch): Promise<BatchOutputs> {
    return { ...(await this.evaluateInGroup(batch, [])), rows: batch.rows };
  }

  /** The step of one of several trainers on its share of a batch; the other trainers get `notes`. */
  stepInGroup(batch: LoadedBatch, { learningRate, ...how }: StepOptions, notes: readonly number[]) {
    this.trainer.setLearningRate(learningRate);
    return this.trainer.stepOn(this.input(batch), ...truthOf(batch), { ...how, notes });
  }

  evaluateInGroup(batch: LoadedBatch, notes: readonly number[]) {
    return this.trainer.evaluateOn(this.input(batch), ...truthOf(batch), { ...this.weights, notes });
  }

  save(file: string, manifest: Manifest): Promise<void> {
    return this.trainer.save(file, { ...this.weights, manifest });
  }

  saveState(file: string, notes: string): Promise<void> {
    return this.trainer.saveState(file, notes);
  }

  restoreState(file: string): Promise<string> {
    return this.trainer.restoreState(file);
  }

  private input({ handle: batch, slots }: LoadedBatch): NetworkInput {
    const { contract } = this;
    return { batch, slots, channels: contract.inputSize[0], normalisation: normalisation(contract) };
  }
}

function truthOf({ rows }: LoadedBatch): [male: number[], ageZ: number[]] {
  return [rows.map(({ male }) => male), rows.map(({ ageZ }) => ageZ)];
}
