/** Functions for training steps. */
import type { BatchHandle, NetworkHandle, TrainerHandle } from "./handles.js";
import type { Normalisation } from "./imageFunctions.js";
import type { ModelOptions } from "./modelFunctions.js";

/** What a trainer does in each step: complete and validated. */
export interface TrainerSettings {
  device: string;
  /** Intra-op threads of the compute thread; 0 for libtorch's default. */
  threads: number;
  precision: "32" | "16" | "bf16";
  seed: number;
  /** This and the next options have the meaning of torch.optim; each optimiser reads only its own. */
  optimizer: "adam" | "adamw" | "sgd" | "rmsprop";
  weightDecay: number;
  betas: readonly [number, number];
  amsgrad: boolean;
  eps: number;
  momentum: number;
  dampening: number;
  nesterov: boolean;
  alpha: number;
  centered: boolean;
  /** Bounds the norm of all gradients together, or each value of them; null for no bound. */
  clipping: { by: "norm" | "value"; limit: number } | null;
  /** Share of the old value in the average of the weights; null for no average. */
  emaDecay: number | null;
  /** Weights of the two losses; a network with learned weights ignores them. */
  ageSigma: number;
  sexSigma: number;
  /** Drop rate of the last residual block, growing to it from 0; null for the network's own rates. */
  dropConnect: number | null;
  /** As in `ModelOptions`. */
  sexPlane: NonNullable<ModelOptions["sexPlane"]> | null;
  ageBins: NonNullable<ModelOptions["ageBins"]> | null;
  /** Patterns (fnmatch) of the names of parameters that do not learn. */
  freeze: readonly string[];
  /** As in `ModelOptions`. */
  trust: boolean;
  weightsDigest: string;
}

/** Pictures for a network: tensors [B, C, H, W] row-major, or slots of a batch, which are normalised on the device. */
export type NetworkInput =
  | { data: Float32Array; shape: [number, number, number, number] }
  | { batch: BatchHandle; slots: Int32Array; channels: number; normalisation: Normalisation };

/** The sex and the true values of B pictures, each [B] or null; a mask network has masks only. */
export interface ExampleFacts {
  /** Sex as the network's input. */
  sex: Float32Array | null;
  /** True age in the units of the network's output. */
  age: Float32Array | null;
  /** True sex: 1 for male, 0 for female. */
  male: Float32Array | null;
  /** The true masks, 0 and 1, in slots that `fillTarget` has filled; as tensors [B, 1, H, W]. */
  mask: NetworkInput | null;
}

/** The network's outputs in one step, and its losses: means over the batch, null if the truth or a head is missing. */
export interface StepOutputs {
  /** Empty for a mask network. */
  ageZ: Float32Array;
  /** Dice of each picture, of a mask network that was given the true masks. */
  dice: Float32Array | null;
  /** Logits of male; null without a sex head. */
  sexLogit: Float32Array | null;
  /** The weighted sum that is minimised. */
  loss: number | null;
  /** The loss of the age; null without true ages. */
  ageLoss: number | null;
  /** The loss of the sex; null without a sex head. */
  sexLoss: number | null;
  /** The numbers that the trainers of all ranks exchanged (native/distributed/peers.h); empty for a single trainer. */
  exchanged: Float64Array;
}

/** The result of one training step. */
export interface TrainStepOutputs extends StepOutputs {
  /** Whether the weights changed: false while gradients are accumulated, or if something was not finite. */
  updated: boolean;
  /** Norm of all gradients before clipping; null if no update was due. */
  gradNorm: number | null;
  /**
   * What was NaN or infinite, so that nothing changed: the loss, a gradient, or (`overflow`) a gradient in half precision,
   * which happens now and then and scales down the loss.
   */
  nonFinite: "loss" | "gradients" | "overflow" | null;
}

export interface TrainingFunctions {
  /** Creates a trainer of a TorchScript file, or takes ownership of a network handle, which may then only be disposed of. */
  createTrainer(model: string | NetworkHandle, settings: TrainerSettings): Promise<TrainerHandle>;
  /**
   * Returns the number of inputs of forward besides self, the number of trainable values, and the learned weights of the
   * two losses (their logarithms; null if they are fixed).
   */
  trainerFacts(trainer: TrainerHandle): {
    inputs: number;
    learning: number;
    lossWeights: Float32Array | null;
  };
  /** Makes one step. Updates the weights after every `accumulation` steps, or with `updateNow`. Needs `facts.age` or `facts.mask`. */
  trainStep(
    trainer: TrainerHandle,
    input: NetworkInput,
    facts: ExampleFacts,
    learningRate: number,
    accumulation: number,
    updateNow: boolean,
    /** Numbers for the trainers of the other ranks. All ranks must call this, with the same number of values. */
    notes: readonly number[],
  ): Promise<TrainStepOutputs>;
  /** Runs the network in evaluation mode, with the averaged weights if `averaged`. */
  evaluateStep(
    trainer: TrainerHandle,
    input: NetworkInput,
    facts: ExampleFacts,
    averaged: boolean,
    notes: readonly number[],
  ): Promise<StepOutputs>;
  /** Writes the network as a TorchScript archive with this manifest. */
  saveTrained(trainer: TrainerHandle, path: string, manifest: string, averaged: boolean): Promise<void>;
  /** Writes everything that the next steps depend on, and the caller's text, as a safetensors file. */
  saveTraining(trainer: TrainerHandle, path: string, notes: string): Promise<void>;
  /** Restores such a file, all or nothing. Resolves to the caller's text. */
  restoreTraining(trainer: TrainerHandle, path: string): Promise<string>;
  /** Restores the optimiser's state from a Lightning checkpoint. Resolves to the number of matching parameters. */
  adoptOptimizer(trainer: TrainerHandle, checkpoint: string): Promise<number>;
}

export const TRAINING_FUNCTIONS = [
  "createTrainer",
  "trainerFacts",
  "trainStep",
  "evaluateStep",
  "saveTrained",
  "saveTraining",
  "restoreTraining",
  "adoptOptimizer",
] as const satisfies readonly (keyof TrainingFunctions)[];
