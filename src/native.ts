/**
 * The ONE file that knows the addon: its typed twin. `native/addon/addon.cc` holds the export table; a test holds the
 * two lists equal. Arguments are validated by the callers; native code checks only what would corrupt memory.
 *
 * Every promise rejects with an `Error` that carries `code` (see `errors.ts`).
 */
import { loadCore } from "./libtorch/load.js";

declare const handle: unique symbol;
/** An opaque, type-tagged native object. */
export interface ModelHandle {
  readonly [handle]: "model";
}
export interface BatchHandle {
  readonly [handle]: "batch";
}
/** The tensors of a checkpoint. */
export interface CheckpointHandle {
  readonly [handle]: "checkpoint";
}
/** A network under construction. */
export interface NetworkHandle {
  readonly [handle]: "network";
}

export interface TrainerHandle {
  readonly [handle]: "trainer";
}

/** The processes of a run. */
export interface GroupHandle {
  readonly [handle]: "group";
}

/** A decoded picture as the decoder left it: row-major, interleaved; no tensor, just bytes. */
export interface RawPicture {
  /** 8-bit: one byte a sample; 16-bit: two, in the machine's byte order. Length = width * height * channels * depth / 8. */
  data: Uint8Array;
  width: number;
  height: number;
  channels: 1 | 3;
  depth: 8 | 16;
  /** Which integer formula makes grey of three channels: libpng's (PNG) or cvtColor's (everything else). */
  luma: "png" | "cvt";
}

/** What training adds to flip and rotation, as drawn for one picture. */
export interface Augmentation {
  /** All geometry in one sampling of the picture, instead of the reference's chain of pictures. */
  onePass: boolean;
  /** Above 1: the hand grows. */
  scaleX: number;
  scaleY: number;
  /** Fractions of width and height. */
  translateX: number;
  translateY: number;
  /** Degrees. */
  shearX: number;
  shearY: number;
  /** Share of the sharpened picture, and what is added to the middle of its kernel. */
  sharpening: { alpha: number; lightness: number } | null;
  /** Multiple of a flat histogram's height; 8-bit pictures only. At most one of this and gamma. */
  claheClipLimit: number | null;
  gammaPercent: number | null;
}

/** What native code shall do to one picture: complete and validated, native code has no defaults of its own. */
export interface ImagePlan {
  /** Size of the network's input. */
  height: number;
  width: number;
  /** `any`: 16-bit pictures keep their values and go on as float32; `8bit`: cut to value >> 8 on reading. */
  depth: "any" | "8bit";
  /** What is subtracted under a mask: the 1st percentile of the lit pixels, nothing, or what the reference's training did. */
  background: "percentile" | "none" | "reference-training";
  /** Side of the square cut round the mask, as a multiple of the mask's longer side; 0 or less: no crop. */
  maskCropSize: number;
  /** Histogram equalisation with that many bins before geometry; 0: off. */
  equalizeBins: number;
  flip: boolean;
  /** Degrees; positive turns clockwise on the screen. */
  rotationAngle: number;
  fit: "centre-square" | "stretch" | "pad";
  resize: "linear" | "area";
  /** Null in prediction. */
  augmentation: Augmentation | null;
}

/** What the image chain saw on its way; for reports and tests. */
export interface PictureFacts {
  width: number;
  height: number;
  /** 1st percentile before rounding, NaN where none was taken. */
  percentile: number;
  /** Smallest and largest value of the resized picture. */
  min: number;
  max: number;
}

export interface Normalisation {
  method: "zscore" | "interval" | "none" | "fixed";
  /** `fixed` only: x / full scale (255 or 65535), minus mean, by sd; one value a channel. */
  mean: number[];
  sd: number[];
}

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

export interface DeviceFacts {
  /** `cpu`, `cuda:0`, … */
  name: string;
  description: string;
}

export interface ModelOptions {
  /** `cpu` or `cuda:n`. */
  device: string;
  /** Intra-op threads of the compute thread; 0: libtorch's default. */
  threads: number;
  precision: "32" | "16" | "bf16";
  /** Fold BatchNorm and lay weights out for the device. */
  optimize: boolean;
}

/** Everything that decides a network's tensors and arithmetic; see `native/network/config.h`. */
export interface NetworkConfig {
  legacy: boolean;
  backbone: string;
  /** Width of each dense layer. */
  denseLayers: number[];
  /** Width of the sex input; 0: none. */
  sexDcs: number;
  dropout: number;
  /** Widths; empty: no classifier of its own. */
  explicitSexClassifier: number[];
  correctPredictedSex: boolean;
  /** `loss.s` and its start, age and sex; empty: the loss has no weights to learn. */
  learnableSigma: number[];
  padding: "static" | "dynamic";
  /** Legacy EfficientNet: the unused `base._fc`. */
  imagenetClassifier: boolean;
}

export interface BackboneFacts {
  name: string;
  /** Width of the pooled features. */
  features: number;
  /** EfficientNet: blocks of each stage; else empty. */
  repeats: number[];
}

export interface NativeCheckpoint {
  format: "zip" | "legacy" | "pickle" | "safetensors";
  /** What the file says (`native/checkpoint/describe.h`); safetensors as `{ state_dict, metadata }`. */
  json: string;
  handle: CheckpointHandle;
}

/** A tensor of a checkpoint (its number there) under the network's name for it. */
export interface Assignment {
  name: string;
  tensor: number;
  /** Sum over the second dimension: a stem for colour becomes one for grey. */
  sumChannels: boolean;
}

/** What does not fit between a network and the tensors that are offered to it. */
export interface Mismatch {
  missing: string[];
  unexpected: string[];
  shapes: { name: string; wanted: number[]; offered: number[] }[];
}

/** What a trainer does in each step: complete and validated. */
export interface TrainerSettings {
  device: string;
  /** Intra-op threads of the compute thread; 0: libtorch's default. */
  threads: number;
  precision: "32" | "16" | "bf16";
  seed: number;
  /** The next ones as torch.optim means them; each optimiser reads its own only. */
  optimizer: "adam" | "adamw" | "sgd" | "rmsprop";
  weightDecay: number;
  beta1: number;
  beta2: number;
  amsgrad: boolean;
  eps: number;
  momentum: number;
  dampening: number;
  nesterov: boolean;
  alpha: number;
  centered: boolean;
  clipping: "none" | "norm" | "value";
  clippingLimit: number;
  /** Share of the old average of the weights; null: none is kept. */
  emaDecay: number | null;
  ageWeight: number;
  sexWeight: number;
  /** Patterns (fnmatch) of the names of parameters that do not learn. */
  frozen: string[];
}

/** Pictures for a network: ready tensors, [B, C, H, W] row-major, or slots of a batch, normalised on the device. */
export type NetworkInput =
  | { data: Float32Array; shape: [number, number, number, number] }
  | { batch: BatchHandle; slots: Int32Array; channels: number; normalisation: Normalisation };

/** What is known of B pictures, [B] each or null. */
export interface ExampleFacts {
  /** Sex as the network wants it for its input. */
  sex: Float32Array | null;
  /** The truth: age as the network gives it, and 1 for male, 0 for female. */
  age: Float32Array | null;
  male: Float32Array | null;
}

/** What the network says in one step, and its losses (means over the batch; null where the truth or a head is missing). */
export interface StepOutputs {
  ageZ: Float32Array;
  sexLogit: Float32Array | null;
  /** Weighted sum, as it is learnt. */
  loss: number | null;
  ageLoss: number | null;
  sexLoss: number | null;
  /** What each of several trainers told the others (native/distributed/peers.h); else empty. */
  exchanged: Float64Array;
}

export interface TrainStepOutputs extends StepOutputs {
  /** Whether the weights changed: not while gradients are gathered, nor where something was not finite. */
  updated: boolean;
  /** Norm of all gradients together before clipping, where an update was due. */
  gradNorm: number | null;
  /**
   * What was NaN or infinite, so that nothing changed: the loss, a gradient, or a gradient in half precision, where it is
   * expected now and then and the loss is scaled down.
   */
  nonFinite: "loss" | "gradients" | "overflow" | null;
}

/** How the processes of a run find each other. */
export interface GroupOptions {
  /** Where rank 0 listens. */
  host: string;
  port: number;
  rank: number;
  ranks: number;
  /** By which the others reach this process. */
  address: string;
  /** Of this process's node, for messages. */
  name: string;
  /** How long they wait for each other at the start. */
  arrivalMs: number;
  /** How long one may give no sign of life. */
  silenceMs: number;
  /** How long they wait for one that lives. */
  timeoutMs: number;
}

/** One synthetic radiograph of a left hand: complete and validated. */
export interface PhantomOptions {
  seed: number;
  index: number;
  /** Share of boys, 0 to 1. */
  maleShare: number;
  /** Bone ages are drawn uniformly between the two. */
  minAgeMonths: number;
  maxAgeMonths: number;
  /** Possible lengths of the longer side, pixels, 64 to 8192. */
  sizes: number[];
  /** Bits; mixed: a fifth of the pictures has 16. */
  depth: "8" | "16" | "mixed";
}

/** What was drawn. */
export interface PhantomFacts {
  sex: "F" | "M";
  /** The maturity that was drawn. */
  boneAgeMonths: number;
  /** Since birth. */
  ageMonths: number;
  handLengthMm: number;
  pixelMm: number;
  /** How many carpals (of 8), epiphyses (of 21) and closed growth plates (of 21) there are. */
  carpals: number;
  epiphyses: number;
  fused: number;
}

export interface Phantom {
  /** Grey, row-major; 16-bit samples in the machine's byte order. */
  image: Uint8Array;
  /** One byte a pixel: 255 on the hand, else 0. */
  mask: Uint8Array;
  width: number;
  height: number;
  depth: 8 | 16;
  facts: PhantomFacts;
}

/** The addon's functions, by name: keep in step with the export table of `native/addon/addon.cc`. */
export interface Native {
  /** Version of libtorch that the core was compiled for, and facts of the one that is loaded. */
  buildInfo(): { libtorchCompiled: string; hasCuda: boolean; parallelInfo: string };
  devices(): DeviceFacts[];
  /** Number of threads that preprocess pictures. */
  setWorkers(count: number): void;
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
  /** Room for `capacity` pictures of [height, width] in native memory. */
  createBatch(capacity: number, height: number, width: number): BatchHandle;
  /** Run the image chain into one slot of a batch. Different slots may be filled at the same time. */
  fillSlot(
    batch: BatchHandle,
    slot: number,
    picture: RawPicture,
    mask: RawPicture | null,
    plan: ImagePlan,
  ): Promise<PictureFacts>;
  /** Normalise the given slots as [slots, channels, H, W] on the model's device and run the model on them. */
  predict(
    model: ModelHandle,
    batch: BatchHandle,
    slots: Int32Array,
    channels: number,
    normalisation: Normalisation,
    sex: Float32Array | null,
  ): Promise<NativeOutputs>;
  /** Slots of a batch as the network would see them, [slots, channels, H, W] float32. */
  readBatch(
    batch: BatchHandle,
    slots: Int32Array,
    channels: number,
    normalisation: Normalisation,
  ): Promise<Float32Array>;
  /**
   * Give the memory of a buffer back now: its bytes are gone, so no call may be reading it. A part of a larger buffer is
   * left alone.
   */
  release(data: Uint8Array): void;
  /** Release now; idempotent; resolves when work in flight on the handle is done. */
  dispose(
    handle: ModelHandle | BatchHandle | CheckpointHandle | NetworkHandle | TrainerHandle | GroupHandle,
  ): Promise<void>;
  /** What a model's file seems to be; `torchscript` where nothing tells. */
  modelFileKind(path: string): Promise<"torchscript" | "checkpoint" | "safetensors">;
  /** Read a checkpoint or safetensors; nothing in it is executed. */
  readCheckpoint(path: string): Promise<NativeCheckpoint>;
  /** All backbones, small to large. */
  backbones(): BackboneFacts[];
  /** A network without values: `initialiseNetwork` or `assignTensors` give them. */
  buildNetwork(config: NetworkConfig): Promise<NetworkHandle>;
  /** Names of its tensors, in the order of Python's state_dict. */
  networkTensors(network: NetworkHandle): string[];
  initialiseNetwork(network: NetworkHandle, seed: number): Promise<void>;
  /**
   * Copy values by name, all or nothing: unless the result is empty, nothing was changed. With `keepRest`, what nobody
   * offers keeps its values.
   */
  assignTensors(
    network: NetworkHandle,
    checkpoint: CheckpointHandle,
    assignments: readonly Assignment[],
    keepRest: boolean,
  ): Promise<Mismatch>;
  /** Write a TorchScript archive, in eval mode, with `extra/<name>` set to `text`. */
  saveNetwork(network: NetworkHandle, path: string, name: string, text: string): Promise<void>;
  /** Write safetensors. */
  saveTensors(network: NetworkHandle, path: string, metadata: Record<string, string>): Promise<void>;
  /** Train the module of a TorchScript file, or a network, which is taken over: it may only be disposed of then. */
  createTrainer(model: string | NetworkHandle, settings: TrainerSettings): Promise<TrainerHandle>;
  /**
   * Inputs of forward besides self, number of values that learn, and what is learnt of the weights of the two losses
   * (their logarithms; null where they are fixed).
   */
  trainerFacts(trainer: TrainerHandle): {
    inputs: number;
    learning: number;
    lossWeights: Float32Array | null;
  };
  /** One step, with an update after each `accumulation` of them, or with `updateNow`. `facts.age` is needed. */
  trainStep(
    trainer: TrainerHandle,
    input: NetworkInput,
    facts: ExampleFacts,
    learningRate: number,
    accumulation: number,
    updateNow: boolean,
    /** Told to the other trainers of a group, of which all have to call this; as many numbers in each. */
    notes: readonly number[],
  ): Promise<TrainStepOutputs>;
  /** Forward in evaluation mode, with the averaged weights if `averaged`. */
  evaluateStep(
    trainer: TrainerHandle,
    input: NetworkInput,
    facts: ExampleFacts,
    averaged: boolean,
    notes: readonly number[],
  ): Promise<StepOutputs>;
  /** Write the network as a TorchScript archive with that manifest. */
  saveTrained(trainer: TrainerHandle, path: string, manifest: string, averaged: boolean): Promise<void>;
  /** Write all that the next steps depend on, and a text of the caller's, as a safetensors file. */
  saveTraining(trainer: TrainerHandle, path: string, notes: string): Promise<void>;
  /** Take such a file back, all or nothing; resolves to the caller's text. */
  restoreTraining(trainer: TrainerHandle, path: string): Promise<string>;
  /** Take over the optimiser's state from a Lightning checkpoint; resolves to the number of parameters that it fits. */
  adoptOptimizer(trainer: TrainerHandle, checkpoint: string): Promise<number>;
  /** Meet the other processes of a run. */
  joinGroup(options: GroupOptions): Promise<GroupHandle>;
  /** What each of them has to say. */
  gatherTexts(group: GroupHandle, text: string): Promise<string[]>;
  /** All are done. */
  closeGroup(group: GroupHandle): Promise<void>;
  /** This one goes, and the others are told why. */
  leaveGroup(group: GroupHandle, why: string): Promise<void>;
  /** One trainer a process: from now on they make every step together, and go on from rank 0's weights. */
  joinTrainers(
    trainer: TrainerHandle,
    group: GroupHandle,
    capacity: number,
    syncBatchNorm: boolean,
  ): Promise<void>;
  /** All go on from rank 0's weights, buffers and average. */
  synchroniseTrainers(trainer: TrainerHandle): Promise<void>;
  /** Rank 0 gets the gradients that all have gathered since the last update. */
  gatherGradients(trainer: TrainerHandle): Promise<void>;
  /** Draw synthetic radiograph number `index`: the same options give the same bytes, whatever else is drawn. */
  drawPhantom(options: PhantomOptions): Promise<Phantom>;
  /** The text of `extra/<name>` of a TorchScript archive, or null. */
  readExtraFile(path: string, name: string): Promise<string | null>;
  /** Copy an archive, record by record, with `extra/<name>` set to `text`. `target` must not exist. */
  writeExtraFile(source: string, target: string, name: string, text: string): Promise<void>;
  /** Copy an archive with its parameters in 16 bits, and with `extra/<name>`. `target` must not exist. */
  halveArchive(source: string, target: string, name: string): Promise<void>;
}

/** Names of all functions of the addon, for the test that compares them with the real export table. */
export const NATIVE_FUNCTIONS = [
  "buildInfo",
  "devices",
  "setWorkers",
  "loadModel",
  "modelFacts",
  "forward",
  "createBatch",
  "fillSlot",
  "predict",
  "readBatch",
  "release",
  "dispose",
  "modelFileKind",
  "readCheckpoint",
  "backbones",
  "buildNetwork",
  "networkTensors",
  "initialiseNetwork",
  "assignTensors",
  "saveNetwork",
  "saveTensors",
  "createTrainer",
  "trainerFacts",
  "trainStep",
  "evaluateStep",
  "saveTrained",
  "saveTraining",
  "restoreTraining",
  "adoptOptimizer",
  "joinGroup",
  "gatherTexts",
  "closeGroup",
  "leaveGroup",
  "joinTrainers",
  "synchroniseTrainers",
  "gatherGradients",
  "drawPhantom",
  "readExtraFile",
  "writeExtraFile",
  "halveArchive",
] as const satisfies readonly (keyof Native)[];

let loaded: Native | undefined;

/** The addon, loaded at first use (libtorch with it). Throws a `DeeplasiaError` that says what is missing. */
export function native(): Native {
  loaded ??= loadCore() as Native;
  return loaded;
}
