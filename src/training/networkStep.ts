/** The native trainer as the loop's step. */
import { normalisation } from "../image/plan.js";
import type { Contract } from "../model/contract.js";
import type { Manifest } from "../model/manifest.js";
import type { NetworkInput } from "../native.js";
import type { LoadedBatch } from "./loader.js";
import type { Step, StepOptions, StepOutputs, StepResult } from "./step.js";
import type { Trainer } from "./trainer.js";

export class NetworkStep implements Step {
  /** Where an average of the weights is kept, that is the model. */
  private readonly weights: { ema: boolean };

  constructor(
    readonly trainer: Trainer,
    private readonly contract: Contract,
  ) {
    this.weights = { ema: trainer.options.emaDecay !== null };
  }

  step(batch: LoadedBatch, { learningRate, ...how }: StepOptions): Promise<StepResult> {
    this.trainer.setLearningRate(learningRate);
    return this.trainer.stepOn(this.input(batch), ...truthOf(batch), how);
  }

  evaluate(batch: LoadedBatch): Promise<StepOutputs> {
    return this.trainer.evaluateOn(this.input(batch), ...truthOf(batch), this.weights);
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
