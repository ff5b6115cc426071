/** A model in memory: its contract, its device, and forward. */
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { type ModelFacts, type ModelHandle, type ModelOptions, native } from "../native.js";
import {
  type Contract,
  completeContract,
  contractSources,
  type MergedManifest,
  mergeManifests,
} from "./contract.js";
import { chooseDevice, type DeviceChoice, type DeviceRequest } from "./device.js";
import { type Manifest, parseManifest } from "./manifest.js";

export interface LoadModelOptions extends DeviceRequest {
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
}

export class BoneAgeModel implements AsyncDisposable {
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
  ) {}

  /**
   * Run the network on ready tensors, copied once into native memory.
   *
   * @param data [B, C, H, W] float32, row-major, normalised as the network was trained.
   * @param shape `[B, C, H, W]`.
   * @param male [B], 1 for male and 0 for female, whatever the network's own encoding is; ignored by a network
   *   without a sex input.
   * @throws DeeplasiaError ERR_DEEPLASIA_OPTION for shapes that do not fit, ERR_DEEPLASIA_MODEL_FORWARD,
   *   ERR_DEEPLASIA_OUT_OF_MEMORY, ERR_DEEPLASIA_DISPOSED.
   */
  async forward(
    data: Float32Array,
    shape: [number, number, number, number],
    male?: ArrayLike<number>,
  ): Promise<ForwardOutputs> {
    const [rows, channels, height, width] = shape;
    const elements = rows * channels * height * width;
    if (!shape.every((side) => Number.isInteger(side) && side > 0) || data.length !== elements) {
      throw new DeeplasiaError(
        "ERR_DEEPLASIA_OPTION",
        `data holds ${data.length} values, but shape [${shape.join(", ")}] means ${elements}`,
      );
    }
    try {
      const { age, sexLogit } = await native().forward(this.handle, data, shape, this.encodeSex(male, rows));
      return { ageZ: age, sexLogit };
    } catch (error) {
      throw toDeeplasiaError(error).at({ file: this.file });
    }
  }

  /** Sex as the network wants it, from 1 = male; null for a network without that input. */
  encodeSex(male: ArrayLike<number> | undefined, rows: number): Float32Array | null {
    if (this.contract.sexEncoding === "none") return null;
    if (male?.length !== rows) {
      throw new DeeplasiaError(
        "ERR_DEEPLASIA_OPTION",
        male === undefined
          ? "this model needs the sex: pass male, one value a row (1 male, 0 female)"
          : `male holds ${male.length} values for ${rows} row(s)`,
      );
    }
    const encoded = Float32Array.from(male);
    return this.contract.sexEncoding === "male-1" ? encoded : encoded.map((value) => 1 - value);
  }

  /** Release the weights now. Idempotent; waits for work in flight. */
  async dispose(): Promise<void> {
    await native().dispose(this.handle);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/** Two blank pictures, one of each sex: shapes must fit and outputs be finite before any real work starts. */
async function verify(
  file: string,
  handle: ModelHandle,
  contract: Contract,
): Promise<{ hasSexHead: boolean }> {
  const [channels, height, width] = contract.inputSize;
  const sex = contract.sexEncoding === "none" ? null : Float32Array.of(0, 1);
  const blank = new Float32Array(2 * channels * height * width);
  const { age, sexLogit } = await native().forward(handle, blank, [2, channels, height, width], sex);
  if (![...age, ...(sexLogit ?? [])].every(Number.isFinite)) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_MODEL_SHAPE",
      `${file} gives NaN or infinity for a blank picture`,
      { file },
    );
  }
  return { hasSexHead: sexLogit !== null };
}

/** What to do about a failed check, by its kind. */
function withRemedy(error: DeeplasiaError, file: string): DeeplasiaError {
  const contractIsLikely =
    error.code === "ERR_DEEPLASIA_MODEL_FORWARD" || error.code === "ERR_DEEPLASIA_MODEL_SHAPE";
  const remedy = contractIsLikely
    ? "Compare the contract with the network: `deeplasia-native inspect MODEL` prints both. Input size, channels and " +
      "sex encoding are the usual causes."
    : error.remedy;
  const message = error.message.includes(file) ? error.message : `${file}: ${error.message}`;
  return new DeeplasiaError(error.code, message, { file, remedy, cause: error.cause });
}

/**
 * Load a TorchScript model, put it on a device, and verify its contract on a blank picture.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE, _CONTRACT, _DEVICE, _MODEL_FORWARD,
 *   _MODEL_SHAPE, _LIBTORCH_….
 */
export async function loadModel(file: string, options: LoadModelOptions = {}): Promise<BoneAgeModel> {
  const flags = parseManifest(options.contract ?? {}, "given by options");
  const addon = native();
  try {
    const merged = mergeManifests(await contractSources(file, options.manifest, flags));
    const contract = completeContract(merged.manifest, file);
    const device = chooseDevice(options);
    const settings: ModelOptions = {
      device: device.name,
      threads: options.threads ?? 0,
      precision: options.precision ?? "32",
      optimize: true,
    };
    const handle = await addon.loadModel(file, settings);
    try {
      const { hasSexHead } = await verify(file, handle, contract);
      const facts = addon.modelFacts(handle);
      return new BoneAgeModel(file, contract, merged, device, settings, handle, facts, hasSexHead);
    } catch (error) {
      await addon.dispose(handle);
      throw error;
    }
  } catch (error) {
    throw withRemedy(toDeeplasiaError(error), file);
  }
}
