/** A bone-age model in memory: its contract, its device, and forward. */

import type { Contract } from "../contract/contract.js";
import { inOwnUnit } from "../contract/inOwnUnit.js";
import type { Manifest } from "../contract/manifest.js";
import type { MergedManifest, Override } from "../contract/merge.js";
import { toDeeplasiaError } from "../errors.js";
import {
  type ExpectationNetworkConfig,
  type ModelFacts,
  type ModelHandle,
  type ModelOptions,
  type NativeExpectation,
  type NetworkConfig,
  native,
} from "../native.js";
import type { CheckpointOptions } from "../options/checkpoint.js";
import { forwardOptions } from "../options/predict.js";
import { requireOptions } from "../schema/checkValue.js";
import type { CropperModel } from "./cropperModel.js";
import type { DeviceChoice } from "./device.js";
import { encodeSex, type Numbers, requireFinite, requireShape } from "./tensors.js";
import { type TrainedFeatures, trainedFeatures } from "./trainedFeatures.js";
import type { VerifiedModel } from "./verify.js";

/** What a forward returns, one value a row. */
export interface ForwardOutputs {
  /** First output of a network that returns z-scores; null for one that returns months. */
  ageZ: Float32Array | null;
  /** First output of a network that returns months, before the bias correction; null for one that returns z-scores. */
  rawMonths: Float32Array | null;
  /** Second output, or null where the model has no sex head. */
  sexLogit: Float32Array | null;
  /** With `features`: the pooled features that the heads read; else null. */
  features: {
    /** Row-major, `columns` values a row. */
    values: Float32Array;
    /** Number of features. */
    columns: number;
  } | null;
  /** Of a network that returns a distribution of the age, in the unit of its age; else left out. */
  expectation?: NativeExpectation;
}

/** The options of `BoneAgeModel.forward`. */
export interface ForwardOptions {
  /** Also give the pooled features; for networks of `convert`, `init` and training. */
  features?: boolean | undefined;
}

/** A bone-age network that this package authors. */
export type BoneAgeNetwork = NetworkConfig | ExpectationNetworkConfig;

/** All that loading a model finds out. */
export interface LoadedModel extends VerifiedModel {
  file: string;
  contract: Contract;
  merged: MergedManifest;
  overridden: readonly Override[];
  device: DeviceChoice;
  settings: ModelOptions;
  network: BoneAgeNetwork | null;
  cropper: CropperModel | null;
  histogram: readonly number[] | null;
  handle: ModelHandle;
  facts: ModelFacts;
  reading: CheckpointOptions;
}

/** A bone-age model on its device. Made by `loadModel`; whoever loads it disposes of it. */
export class BoneAgeModel implements AsyncDisposable {
  /** The model's file. */
  readonly file: string;
  /** What the network takes and what its outputs mean. */
  readonly contract: Contract;
  /** The contract with the source of each field. */
  readonly merged: MergedManifest;
  /** Fields of the contract in which options or a manifest contradict the model's own file. */
  readonly overridden: readonly Override[];
  /** The device it is on, and why that was chosen. */
  readonly device: DeviceChoice;
  /** How it runs: device, threads, precision. */
  readonly settings: ModelOptions;
  /** The network of a checkpoint or of safetensors; null for TorchScript, which does not state it. */
  readonly network: BoneAgeNetwork | null;
  /** What finds the box of the hand that is cut out of each picture; null: nothing is cut out. */
  readonly cropper: CropperModel | null;
  /** @internal How often each grey level occurs in the picture that others are matched to; null: they are not matched. */
  readonly histogram: readonly number[] | null;
  /** Whether `forward` returns a second output. */
  readonly hasSexHead: boolean;
  /** @internal Memory of the device that one picture needs in a forward, besides the weights; bytes. */
  readonly bytesPerPicture: number;
  /** @internal The native object. */
  readonly handle: ModelHandle;
  /** Parameters, buffers and inputs of the network. */
  readonly facts: ModelFacts;
  /** @internal How its file was read, where it is a checkpoint. */
  readonly reading: CheckpointOptions;
  /** @internal What its contract has of the features of its training pictures; null without that, or without features. */
  readonly features: TrainedFeatures | null;
  #isDisposed = false;

  /** @internal Use `loadModel`. */
  constructor(loaded: LoadedModel) {
    this.file = loaded.file;
    this.contract = loaded.contract;
    this.merged = loaded.merged;
    this.overridden = loaded.overridden;
    this.device = loaded.device;
    this.settings = loaded.settings;
    this.network = loaded.network;
    this.cropper = loaded.cropper;
    this.histogram = loaded.histogram;
    this.hasSexHead = loaded.hasSexHead;
    this.bytesPerPicture = loaded.bytesPerPicture;
    this.handle = loaded.handle;
    this.facts = loaded.facts;
    this.reading = loaded.reading;
    this.features = loaded.facts.hasFeatures ? trainedFeatures(loaded.contract) : null;
  }

  /**
   * Run the network on ready tensors, copied once into native memory.
   *
   * @param data [B, C, H, W] float32, row-major, normalised as the network was trained.
   * @param shape `[B, C, H, W]`.
   * @param male [B], 1 for male and 0 for female, whatever the network's own encoding is; ignored by a network
   *   without a sex input.
   * @throws DeeplasiaError ERR_DEEPLASIA_OPTION for shapes that do not fit, values that are not finite, and a sex that is
   *   neither 1 nor 0; ERR_DEEPLASIA_MODEL_FORWARD, ERR_DEEPLASIA_OUT_OF_MEMORY, ERR_DEEPLASIA_DISPOSED.
   */
  async forward(
    data: Float32Array,
    shape: readonly number[],
    male?: Numbers | null,
    options: ForwardOptions = {},
  ): Promise<ForwardOutputs> {
    requireShape(data, shape);
    requireFinite(data);
    const { features } = requireOptions(forwardOptions, options);
    try {
      const sex = this.encodeSex(male, shape[0]);
      const outputs = await native().forward(this.handle, data, shape, sex, features);
      const { age, sexLogit, features: pooled, expectation } = outputs;
      return {
        ...inOwnUnit(age, this.contract),
        sexLogit,
        features: pooled,
        ...(expectation && { expectation }),
      };
    } catch (error) {
      throw toDeeplasiaError(error).at({ file: this.file });
    }
  }

  /**
   * @internal Returns the same network with other fields of the contract, which must be about its outputs. It shares the
   * native object of this model, and is not disposed of itself.
   */
  withFields(
    fields: Pick<Manifest, "biasSlope" | "biasIntercept" | "biasFemale" | "biasMale">,
  ): BoneAgeModel {
    return new BoneAgeModel({ ...this, contract: { ...this.contract, ...fields } as Contract });
  }

  /** Whether `dispose` was called. */
  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** @internal The sex in the network's own encoding, from 1 = male; null for a network without that input. */
  encodeSex(male: Numbers | null | undefined, rows: number): Float32Array | null {
    return encodeSex(this.contract.sexEncoding, male, rows);
  }

  /** Waits for work in flight, then frees the weights. May be called more than once. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await Promise.all([native().dispose(this.handle), this.cropper?.dispose()]);
  }

  /** The same as `dispose`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}
