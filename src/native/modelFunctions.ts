/** Models that predict, and the archives that they come in. */
import type { BatchHandle, ModelHandle, NetworkHandle } from "./handles.js";
import type { Normalisation } from "./imageFunctions.js";

/** Raw outputs of a forward, one value a row; `sexLogit` is null where the model has no sex head. */
export interface NativeOutputs {
  age: Float32Array;
  sexLogit: Float32Array | null;
  /** Row-major, `columns` values a row; null unless asked for. */
  features: { values: Float32Array; columns: number } | null;
}

export interface ModelFacts {
  /** Number of parameters and of buffers, in elements, and the bytes of both. */
  parameters: number;
  buffers: number;
  bytes: number;
  /** Whether it can give the pooled features that its heads read. */
  hasFeatures: boolean;
  /** The forward method's schema as TorchScript prints it. */
  schema: string;
  /** Number of inputs besides self. */
  inputs: number;
  device: string;
}

export interface ModelOptions {
  /** `cpu` or `cuda:n`. */
  device: string;
  /** Intra-op threads of the compute thread; 0: libtorch's default. */
  threads: number;
  precision: "32" | "16" | "bf16";
  /** Fold BatchNorm and lay weights out for the device. */
  optimize: boolean;
  /** Whether code that reaches beyond its tensors is run. */
  trust: boolean;
  /** What the weights must be; empty: anything. */
  weightsDigest: string;
}

export interface ModelFunctions {
  /** Of a file, or of a network, which is taken over: it may only be disposed of then. */
  loadModel(model: string | NetworkHandle, options: ModelOptions): Promise<ModelHandle>;
  modelFacts(model: ModelHandle): ModelFacts;
  /** data [B, C, H, W] float32 row-major, sex [B] as the network wants it; `null` for a network without sex input. */
  forward(
    model: ModelHandle,
    data: Float32Array,
    shape: [number, number, number, number],
    sex: Float32Array | null,
    features?: boolean,
  ): Promise<NativeOutputs>;
  /** A forward of blank pictures, `[B, C, H, W]`; `bytes` is the most of the device's memory that it took, weights aside. */
  tryBlank(
    model: ModelHandle,
    shape: [number, number, number, number],
    sex: Float32Array | null,
  ): Promise<NativeOutputs & { bytes: number }>;
  /** Normalise the given slots as [slots, channels, H, W] on the model's device and run the model on them. */
  predict(
    model: ModelHandle,
    batch: BatchHandle,
    slots: Int32Array,
    channels: number,
    normalisation: Normalisation,
    sex: Float32Array | null,
  ): Promise<NativeOutputs>;
  /** What a model's file seems to be; `torchscript` where nothing tells. */
  modelFileKind(path: string): Promise<"torchscript" | "checkpoint" | "safetensors">;
  /** The text of `extra/<name>` of a TorchScript archive, or null. */
  readExtraFile(path: string, name: string): Promise<string | null>;
  /**
   * Copy an archive, record by record, with `extra/<name>` set to `text`. `target` must not exist. Here and in the other
   * functions that write models, a manifest's `"weightsDigest": "@"` becomes the weights' digest.
   */
  writeExtraFile(source: string, target: string, name: string, text: string, trust: boolean): Promise<void>;
  /** Copy an archive with its parameters in 16 bits, and with `extra/<name>` set to `text`. `target` must not exist. */
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
