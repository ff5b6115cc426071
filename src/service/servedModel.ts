/** One model, or ensemble, that the service predicts with: its predictors, with masks and without. */
import { DISCLAIMER } from "../about.js";
import type { GatheredBatch } from "../inference/gatheredBlocks.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { BUNDLED_MODEL } from "../model/bundled.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import { createPredictor, type Predictor } from "../prediction/createPredictor.js";
import type { EnsembleImagePrediction, ImagePrediction } from "../prediction/imagePrediction.js";
import type { Members } from "../prediction/members.js";

export type AnyPrediction = ImagePrediction | EnsembleImagePrediction;

/** How all models of the service predict. */
export interface ServedModelOptions {
  sexModel: BoneAgeModel | undefined;
  maskModel: HandMaskModel | string;
  batchSize: number;
  maxWaitMs: number;
  numWorkers: number;
  maxMemory: number | undefined;
  maxPixels: number;
}

export class ServedModel {
  private readonly predictors = new Map<boolean, Promise<Predictor<AnyPrediction>>>();
  private readonly made: Predictor<AnyPrediction>[] = [];

  constructor(
    readonly name: string,
    readonly members: Members,
    private readonly options: ServedModelOptions,
    private readonly onBatch: (batch: GatheredBatch) => void,
  ) {}

  /** Whether it needs a sex for every picture. */
  get needsSex(): boolean {
    const { sexModel } = this.options;
    return (
      sexModel === undefined && this.members.list.some(({ contract }) => contract.sexEncoding !== "none")
    );
  }

  /** What people must know who choose it; null where there is nothing. */
  get note(): string | null {
    const { list } = this.members;
    if (list.some(({ file }) => file === BUNDLED_MODEL))
      return "trained on synthetic radiographs alone: its numbers mean nothing for people";
    return list.map(({ contract }) => contract.intendedUse).find((use) => use !== undefined) ?? DISCLAIMER;
  }

  /** Pictures that wait for their batch. */
  get queued(): number {
    return this.made.reduce((sum, { queued }) => sum + queued, 0);
  }

  /** The predictor that finds the hand and masks it, or the one that takes pictures as they are; made when first needed. */
  predictor(usesMask: boolean): Promise<Predictor<AnyPrediction>> {
    const known = this.predictors.get(usesMask);
    if (known !== undefined) return known;
    const { maskModel, ...rest } = this.options;
    const { list, names } = this.members;
    const options = { ...rest, maskModel: usesMask ? maskModel : "none", onBatch: this.onBatch };
    const making: Promise<Predictor<AnyPrediction>> =
      names === null
        ? createPredictor(list[0]!, options)
        : createPredictor(list, { ...options, memberNames: [...names] });
    const predictor = making.then((made) => {
      this.made.push(made);
      return made;
    });
    this.predictors.set(usesMask, predictor);
    return predictor;
  }

  /** Waits for all pictures that were accepted, then frees everything. */
  async close(): Promise<void> {
    await Promise.all(this.made.map((predictor) => predictor.close()));
    await Promise.all(this.members.list.map((model) => model.dispose()));
  }
}
