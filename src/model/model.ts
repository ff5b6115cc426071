/** A model in memory: its contract, its device, and forward. */

import {
  type Contract,
  completeContract,
  contractSources,
  type MergedManifest,
  mergeManifests,
  type Override,
  overridesOf,
} from "../contract/contract.js";
import { type Manifest, parseManifest } from "../contract/manifest.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import {
  type ModelFacts,
  type ModelHandle,
  type ModelOptions,
  type NetworkConfig,
  native,
} from "../native.js";
import type { CheckpointOptions } from "../options/checkpoint.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { forwardOptions, loadModelOptions } from "../options/predict.js";
import type { TrustOptions } from "../options/trust.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { chooseDevice, type DeviceChoice, type DeviceRequest } from "./device.js";
import { openModelSource } from "./source.js";
import { encodeSex, type Numbers, requireFinite, requireShape } from "./tensors.js";

export interface LoadModelOptions extends DeviceRequest, Partial<CheckpointOptions>, Partial<TrustOptions> {
  /** A manifest file that overrides what the archive and the file beside it say. */
  manifest?: string | undefined;
  /** Single fields of the contract; they override every file. */
  contract?: Manifest | undefined;
  /** Intra-op threads; 0 or absent: libtorch's default. */
  threads?: number | undefined;
  /** `32`, or automatic mixed precision in `16` (CUDA only) or `bf16`. */
  precision?: ModelOptions["precision"] | undefined;
}

/** What a forward returns, one value a row. */
export interface ForwardOutputs {
  /** First output, in the network's own unit (the contract's `ageUnit`). */
  ageZ: Float32Array;
  /** Second output, or null where the model has no sex head. */
  sexLogit: Float32Array | null;
  /** With `features`: the pooled features that the heads read, row-major, `columns` values a row; else null. */
  features: { values: Float32Array; columns: number } | null;
}

export interface ForwardOptions {
  /** Also give the pooled features; for networks of `convert`, `init` and training. */
  features?: boolean | undefined;
}

export class BoneAgeModel implements AsyncDisposable {
  #isDisposed = false;

  constructor(
    /** The file that it came from. */
    readonly file: string,
    readonly contract: Contract,
    readonly merged: MergedManifest,
    readonly device: DeviceChoice,
    /** How it runs: device, threads, precision. */
    readonly settings: ModelOptions,
    /** Internal: the native object, for the prediction pipeline. */
    readonly handle: ModelHandle,
    readonly facts: ModelFacts,
    /** Whether forward returns a second output. */
    readonly hasSexHead: boolean,
    /** Which of our networks it is; null for TorchScript, which says nothing of that kind. */
    readonly network: NetworkConfig | null,
    /** What a forward takes of the device's memory for one picture, besides the weights: bytes, measured on a blank one. */
    readonly bytesPerPicture: number,
    /** Fields of the contract that options or a manifest set against what the model says of itself. */
    readonly overridden: readonly Override[] = [],
  ) {}

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
      return { ageZ: outputs.age, sexLogit: outputs.sexLogit, features: outputs.features };
    } catch (error) {
      throw toDeeplasiaError(error).at({ file: this.file });
    }
  }

  /** Whether `dispose` was called. */
  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** Sex as the network wants it, from 1 = male; null for a network without that input. */
  encodeSex(male: Numbers | null | undefined, rows: number): Float32Array | null {
    return encodeSex(this.contract.sexEncoding, male, rows);
  }

  /** Release the weights now. Idempotent; waits for work in flight. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await native().dispose(this.handle);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/** Our own networks take pictures of any size: that their weights are sound shows on a small one in a tenth of the time. */
const LARGEST_OWN_BLANK = 128;

/**
 * Two blank pictures, one of each sex: shapes must fit and outputs be finite before any real work starts. What they need
 * of memory grows with their area.
 */
async function verify(
  file: string,
  handle: ModelHandle,
  contract: Contract,
): Promise<Pick<BoneAgeModel, "hasSexHead" | "bytesPerPicture">> {
  const channels = contract.inputSize[0];
  const isOwn = native().modelFacts(handle).hasFeatures;
  const largest = isOwn ? LARGEST_OWN_BLANK : Number.POSITIVE_INFINITY;
  const full = contract.inputSize.slice(1) as [number, number];
  const [height, width] = full.map((side) => Math.min(side, largest)) as [number, number];
  const sex = contract.sexEncoding === "none" ? null : Float32Array.of(0, 1);
  const { age, sexLogit, bytes } = await native().tryBlank(handle, [2, channels, height, width], sex);
  if (![...age, ...(sexLogit ?? [])].every(Number.isFinite)) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_NOT_FINITE",
      `${file} gives NaN or infinity for a blank picture`,
      {
        file,
        remedy: "Look at its weights: training that diverged leaves NaN in them. Take an earlier checkpoint.",
      },
    );
  }
  if (!isOwn) {
    const size = channels * height * width;
    const other = new Float32Array(2 * size).fill(-1, size); // beside the same blank picture
    const again = await native().forward(handle, other, [2, channels, height, width], sex);
    requireSame(file, age[0]!, again.age[0]!);
  }
  const growth = (full[0] * full[1]) / (height * width);
  return { hasSexHead: sexLogit !== null, bytesPerPicture: Math.ceil((bytes / 2) * growth) };
}

/** More than rounding and the order of sums on a GPU change, relative to an age in z-scores or months. */
const SAME = 0.001;

/** A picture's age may not depend on chance, nor on the pictures beside it. */
function requireSame(file: string, first: number, second: number): void {
  if (Math.abs(first - second) <= SAME * (1 + Math.abs(first))) return;
  const text = "gives another age for the same picture, by chance or by the others in its batch";
  throw new DeeplasiaError("ERR_DEEPLASIA_MODEL_UNSTABLE", `${file} ${text}`, { file });
}

/** What to do about a failed check, by its kind. */
function withRemedy(error: DeeplasiaError, file: string): DeeplasiaError {
  const contractIsLikely =
    error.code === "ERR_DEEPLASIA_MODEL_FORWARD" || error.code === "ERR_DEEPLASIA_MODEL_SHAPE";
  const remedy = contractIsLikely
    ? "It is called as forward(pictures, male), float32 [batch, channels, height, width] and [batch, 1], with any batch, and " +
      "gives an age, or an age and a sex, for each picture. Compare that, its input size, channels and sex encoding with " +
      "the contract: `deeplasia-native inspect MODEL` prints both."
    : error.remedy;
  const message = error.message.includes(file) ? error.message : `${file}: ${error.message}`;
  return new DeeplasiaError(error.code, message, { file, remedy, cause: error.cause });
}

/**
 * Load a model, put it on a device, and verify its contract on a blank picture. The file is TorchScript, a checkpoint of
 * the reference (Lightning, or a plain state dict), or safetensors; a checkpoint's network is made in memory.
 *
 * A TorchScript model is a program: see `trust`.
 *
 * @param path The file, or its `file:` URL.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _MODEL_MISSING, _MODEL_UNREADABLE, _MODEL_UNTRUSTED, _CHECKPOINT, _CONTRACT,
 *   _DEVICE, _MODEL_FORWARD, _MODEL_SHAPE, _MODEL_UNSTABLE, _NOT_FINITE, _LIBTORCH_….
 */
export async function loadModel(path: PathArgument, given: LoadModelOptions = {}): Promise<BoneAgeModel> {
  const file = requireArgument("file", pathArgument, path);
  const options = requireOptions(loadModelOptions, given);
  const flags = parseManifest(options.contract ?? {}, "given by options");
  const addon = native();
  try {
    const source = await openModelSource(file, options);
    try {
      const sources = await contractSources(file, source.sources, options.manifest, flags);
      const merged = mergeManifests(sources);
      const overridden = overridesOf(source.sources, sources);
      const contract = completeContract(merged.manifest, file);
      const device = chooseDevice(options);
      const { threads, precision, trust } = options;
      const { weightsDigest = "" } = contract;
      const settings: ModelOptions = {
        device: device.name,
        threads,
        precision,
        optimize: true,
        trust,
        weightsDigest,
      };
      const handle = await addon.loadModel(source.model, settings);
      return await verified(file, handle, {
        contract,
        merged,
        overridden,
        device,
        settings,
        network: source.config,
      });
    } finally {
      await source[Symbol.asyncDispose]();
    }
  } catch (error) {
    throw withRemedy(toDeeplasiaError(error), file);
  }
}

type Loaded = Pick<BoneAgeModel, "contract" | "merged" | "overridden" | "device" | "settings" | "network">;

async function verified(file: string, handle: ModelHandle, loaded: Loaded): Promise<BoneAgeModel> {
  const { contract, merged, overridden, device, settings, network } = loaded;
  try {
    const { hasSexHead, bytesPerPicture } = await verify(file, handle, contract);
    const facts = native().modelFacts(handle);
    return new BoneAgeModel(
      file,
      contract,
      merged,
      device,
      settings,
      handle,
      facts,
      hasSexHead,
      network,
      bytesPerPicture,
      overridden,
    );
  } catch (error) {
    await native().dispose(handle);
    throw error;
  }
}
