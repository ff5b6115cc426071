import type { PictureContract } from "../contract/contract.js";
import type { Manifest } from "../contract/manifest.js";
import { normalisation } from "../image/imagePlan.js";
import type { ExampleFacts, NetworkInput } from "../native.js";
import { rowFacts } from "../trainer/rowFacts.js";
import type { Trainer } from "../trainer/trainer.js";
import type { LoadedBatch } from "./batchLoader.js";
import type { BatchOutputs, BatchResult, Step, StepOptions } from "./step.js";
import { ageRow } from "./trainingRow.js";

/** The native trainer as the loop's step. */
export class NetworkStep implements Step {
  /** The averaged weights are the model, where there are some. */
  private readonly weights: { ema: boolean };

  constructor(
    readonly trainer: Trainer,
    private readonly contract: PictureContract,
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
    const input = this.input(batch);
    return this.trainer.stepOn(input, this.truth(batch, input), { ...how, notes });
  }

  evaluateInGroup(batch: LoadedBatch, notes: readonly number[]) {
    const input = this.input(batch);
    return this.trainer.evaluateOn(input, this.truth(batch, input), { ...this.weights, notes });
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

  /** The masks of the batch's targets, where it has such; else the ages and the sexes of its rows. */
  private truth({ targets, slots, rows }: LoadedBatch, input: NetworkInput): ExampleFacts {
    if (targets === null) {
      const ages = rows.map(ageRow);
      const male = ages.map((row) => row.male);
      return rowFacts(
        this.trainer.sexEncoding,
        input,
        male,
        ages.map(({ ageZ }) => ageZ),
      );
    }
    const asTheyAre = { method: "none" as const, mean: [0], sd: [1] };
    const mask = { batch: targets, slots, channels: 1, normalisation: asTheyAre };
    return { sex: null, age: null, male: null, mask };
  }
}
