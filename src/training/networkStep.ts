/** The native trainer as the loop's step. */

import type { Contract } from "../contract/contract.js";
import type { Manifest } from "../contract/manifest.js";
import { normalisation } from "../image/imagePlan.js";
import type { NetworkInput } from "../native.js";
import type { Trainer } from "../trainer/trainer.js";
import type { LoadedBatch } from "./batchLoader.js";
import type { Step, StepOptions, StepOutputs, StepResult } from "./step.js";

export class NetworkStep implements Step {
  /** Where an average of the weights is kept, that is the model. */
  private readonly weights: { ema: boolean };

  constructor(
    readonly trainer: Trainer,
    private readonly contract: Contract,
  ) {
    this.weights = { ema: trainer.options.emaDecay !== null };
  }

  async step(batch: LoadedBatch, options: StepOptions): Promise<StepResult> {
    return { ...(await this.stepTogether(batch, options, [])), rows: batch.rows };
  }

  async evaluate(batch: LoadedBatch): Promise<StepOutputs> {
    return { ...(await this.evaluateTogether(batch, [])), rows: batch.rows };
  }

  /** One of several trainers' step on its part of a batch; `notes` are told to the others. */
  stepTogether(batch: LoadedBatch, { learningRate, ...how }: StepOptions, notes: readonly number[]) {
    this.trainer.setLearningRate(learningRate);
    return this.trainer.stepOn(this.input(batch), ...truthOf(batch), { ...how, notes });
  }

  evaluateTogether(batch: LoadedBatch, notes: readonly number[]) {
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
