/** A bone-age model that shows where in a picture its age comes from, beside the one that predicts. */
import { toDeeplasiaError } from "../errors.js";
import { normalisation } from "../image/imagePlan.js";
import { type BatchHandle, native, type SaliencyHandle } from "../native.js";
import type { BoneAgeModel } from "./boneAgeModel.js";
import { networkForm } from "./networkForm.js";
import { openModel } from "./openModel.js";

/** A picture as the network saw it. */
export interface SeenPicture {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Grey values, one byte a pixel. */
  input: Uint8Array;
  /** The picture with the places that the age comes from in colour, three bytes a pixel. */
  overlay: Uint8Array;
  /** How much each pixel has to do with the age, 0 to 1. */
  map: Float32Array;
}

export class SaliencyModel implements AsyncDisposable {
  private constructor(
    readonly model: BoneAgeModel,
    private readonly handle: SaliencyHandle,
    private readonly occludes: boolean,
  ) {}

  /**
   * Loads a model's file again: a model that predicts is frozen, and has no gradients. `occlude`: by covering patches of the
   * picture, which takes hundreds of forwards; else by gradients, where the network has them.
   */
  static async load(model: BoneAgeModel, occlude = false): Promise<SaliencyModel> {
    const { file, reading, merged, settings, contract } = model;
    await using opened = await openModel(file, { ...reading, contract: merged.manifest });
    const how = { ...settings, ...networkForm(contract), precision: "32", optimize: false } as const;
    return new SaliencyModel(model, await native().loadSaliency(opened.model, how), occlude);
  }

  async look(batch: BatchHandle, slot: number, male: 0 | 1): Promise<SeenPicture> {
    const { file, contract } = this.model;
    const [channels, height, width] = contract.inputSize;
    const sex = this.model.encodeSex([male], 1);
    const slots = Int32Array.of(slot);
    try {
      const { maps, overlays, inputs } = await native().drawSaliency(
        ...([this.handle, batch, slots, channels, normalisation(contract), sex, this.occludes] as const),
      );
      return { width, height, input: inputs, overlay: overlays, map: maps };
    } catch (error) {
      throw toDeeplasiaError(error).at({ file });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await native().dispose(this.handle);
  }
}

/** Those of several models, to dispose of together. */
export class Saliencies implements AsyncDisposable {
  private constructor(readonly list: readonly SaliencyModel[]) {}

  static async load(models: readonly BoneAgeModel[]): Promise<Saliencies> {
    const list: SaliencyModel[] = [];
    for (const model of models) list.push(await SaliencyModel.load(model));
    return new Saliencies(list);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.list) await one[Symbol.asyncDispose]();
  }
}
