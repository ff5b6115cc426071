/** Functions for models that predict, and for their archives. */
import type { BatchHandle, ModelHandle, NetworkHandle } from "./handles.js";
import type { Normalisation } from "./imageFunctions.js";

/** Raw outputs of a forward, one value per row; `sexLogit` is null if the model has no sex head. */
export interface NativeOutputs {
  age: Float32Array;
  sexLogit: Float32Array | null;
  /** Row-major, `columns` values per row; null unless requested. */
  features: { values: Float32Array; columns: number } | null;
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
  "modelFileKind",
  "readExtraFile",
  "writeExtraFile",
  "halveArchive",
] as const satisfies readonly (keyof ModelFunctions)[];
