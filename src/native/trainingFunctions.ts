/** Steps of training. */
import type { BatchHandle, NetworkHandle, TrainerHandle } from "./handles.js";
import type { Normalisation } from "./imageFunctions.js";

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
  /** Of the last residual block, growing to it from 0; null: as the network has it. */
  dropConnect: number | null;
  /** Patterns (fnmatch) of the names of parameters that do not learn. */
  frozen: string[];
  /** As a model that predicts is loaded. */
  trust: boolean;
  weightsDigest: string;
}

/** Pictures for a network: ready tensors, [B, C, H, W] row-major, or slots of a batch, normalised on the device. */
export type NetworkInput =
  | { data: Float32Array; shape: [number, number, number, number] }
  | { batch: BatchHandle; slots: Int32Array; channels: number; normalisation: Normalisation };

/** What is known of B pictures, [B] each or null; of those for a mask network, the masks alone. */
export interface ExampleFacts {
  /** Sex as the network wants it for its input. */
  sex: Float32Array | null;
  /** The truth: age as the network gives it, and 1 for male, 0 for female. */
  age: Float32Array | null;
  male: Float32Array | null;
  /** The true masks, 0 and 1, in slots that `fillTarget` has filled; as tensors [B, 1, H, W]. */
  mask: NetworkInput | null;
}

/** What the network says in one step, and its losses (means over the batch; null where the truth or a head is missing). */
export interface StepOutputs {
  /** Empty for a mask network. */
  ageZ: Float32Array;
  /** Dice of each picture, of a mask network that was given the true masks. */
  dice: Float32Array | null;
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

export interface TrainingFunctions {
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
  /** One step, with an update after each `accumulation` of them, or with `updateNow`. `facts.age` or `facts.mask` is needed. */
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
