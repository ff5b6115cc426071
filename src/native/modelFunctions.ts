/** Functions for models that predict, and for their archives. */
import type { BatchHandle, ModelHandle, NetworkHandle, SaliencyHandle } from "./handles.js";
import type { Normalisation } from "./imageFunctions.js";

/** Raw outputs of a forward, one value per row; `sexLogit` is null if the model has no sex head. */
export interface NativeOutputs {
  age: Float32Array;
  sexLogit: Float32Array | null;
  /** Row-major, `columns` values per row; null unless requested. */
  features: { values: Float32Array; columns: number } | null;
  /** Of a network that returns logits over ages; else null. */
  expectation: NativeExpectation | null;
}

/** The distribution of the age, in the network's unit; one value a row each but `members`. */
export interface NativeExpectation {
  /** The members' ages, row-major, as many values a row as the ensemble has members. */
  members: Float32Array;
  /** Standard deviation of the distribution. */
  sd: Float32Array;
  /** The ages up to which 5 % of it lie. */
  low: Float32Array;
  /** The ages up to which 95 % of it lie. */
  high: Float32Array;
}

/** The facts about a loaded model. */
export interface ModelFacts {
  /** Number of parameters and of buffers, in elements, and the bytes of both. */
  parameters: number;
  buffers: number;
  bytes: number;
  /** Whether it can return the pooled features that its heads read. */
  hasFeatures: boolean;
  /** The forward method's schema as TorchScript prints it. */
  schema: string;
  /** Number of inputs besides self. */
  inputs: number;
  device: string;
  /** The processor that own kernels are compiled for: avx512, avx2 or plain. */
  kernels: string;
  /** Number of blocks that run in own kernels, and of convolutions that are left to libtorch. */
  kernelBlocks: number;
  convolutions: number;
}

/** How a model is loaded: complete and validated. */
export interface ModelOptions {
  /** `cpu` or `cuda:n`. */
  device: string;
  /** Intra-op threads of the compute thread; 0 for libtorch's default. */
  threads: number;
  precision: "32" | "16" | "bf16";
  /** Whether to fold BatchNorm and lay out weights for the device. */
  optimize: boolean;
  /** Whether code that reaches beyond its tensors may run. */
  trust: boolean;
  /** The digest that the weights must have; empty for any. */
  weightsDigest: string;
  /** Where the network has the sex as a plane of its input, and what that holds where the sex is 0 and 1; null: nowhere. */
  sexPlane?: { index: number; zero: number; one: number } | null;
  /** What the network's logits are about, where it returns logits over ages; else null. */
  ageBins?: { first: number; step: number; count: number; combinesLogits: boolean } | null;
}

export interface ModelFunctions {
  /** Loads a file, or takes ownership of a network handle, which may then only be disposed of. */
  loadModel(model: string | NetworkHandle, options: ModelOptions): Promise<ModelHandle>;
  modelFacts(model: ModelHandle): ModelFacts;
  /** Runs the model on `data` [B, C, H, W] float32 row-major and `sex` [B] as the network's input; null without a sex input. */
  forward(
    model: ModelHandle,
    data: Float32Array,
    shape: [number, number, number, number],
    sex: Float32Array | null,
    features?: boolean,
  ): Promise<NativeOutputs>;
  /** Runs the model on blank pictures, `[B, C, H, W]`. `bytes` is the peak of the device's memory, without weights. */
  tryBlank(
    model: ModelHandle,
    shape: [number, number, number, number],
    sex: Float32Array | null,
  ): Promise<NativeOutputs & { bytes: number }>;
  /** Normalises the given slots as [slots, channels, H, W] on the model's device and runs the model on them. */
  predict(
    model: ModelHandle,
    batch: BatchHandle,
    slots: Int32Array,
    channels: number,
    normalisation: Normalisation,
    sex: Float32Array | null,
    features?: boolean,
  ): Promise<NativeOutputs>;
  /** Runs a model that returns `columns` values a picture on slots of a batch: [slots, columns], row-major. */
  predictValues(
    model: ModelHandle,
    batch: BatchHandle,
    slots: Int32Array,
    channels: number,
    normalisation: Normalisation,
    columns: number,
  ): Promise<Float32Array>;
  /** Loads a network that shows where its age comes from, beside the model that predicts: a file, or a network as `loadModel`. */
  loadSaliency(model: string | NetworkHandle, options: ModelOptions): Promise<SaliencyHandle>;
  /**
   * Returns how much each pixel has to do with the age, [slots, H, W] from 0 to 1, these maps drawn over the pictures,
   * [slots, H, W, 3], and the pictures, [slots, H, W]: by gradients where the network has convolutions, else, or with
   * `occlude`, by covering patches of the picture.
   */
  drawSaliency(
    saliency: SaliencyHandle,
    batch: BatchHandle,
    slots: Int32Array,
    channels: number,
    normalisation: Normalisation,
    sex: Float32Array | null,
    occlude: boolean,
  ): Promise<{ maps: Float32Array; overlays: Uint8Array; inputs: Uint8Array }>;
  /** Resolves to the format of a model file; `torchscript` if nothing in the file shows it. */
  modelFileKind(path: string): Promise<"torchscript" | "checkpoint" | "safetensors">;
  /** Reads the text of `extra/<name>` in a TorchScript archive; null if there is none. */
  readExtraFile(path: string, name: string): Promise<string | null>;
  /**
   * Copies an archive, record by record, with `extra/<name>` set to `text`. `target` must not exist. Here and in the other
   * functions that write models, the text `"weightsDigest": "@"` of a manifest is replaced by the digest of the weights.
   */
  writeExtraFile(source: string, target: string, name: string, text: string, trust: boolean): Promise<void>;
  /** Copies an archive with its parameters in 16 bits and `extra/<name>` set to `text`. `target` must not exist. */
  halveArchive(source: string, target: string, name: string, text: string, trust: boolean): Promise<void>;
}

export const MODEL_FUNCTIONS = [
  "loadModel",
  "modelFacts",
  "forward",
  "tryBlank",
  "predict",
  "predictValues",
  "loadSaliency",
  "drawSaliency",
  "modelFileKind",
  "readExtraFile",
  "writeExtraFile",
  "halveArchive",
] as const satisfies readonly (keyof ModelFunctions)[];
