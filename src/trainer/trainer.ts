/** Training one step a call: the network, its optimiser, and everything that the next step depends on. */

import { manifestText } from "../checkpoint/saveNetwork.js";
import { type Manifest, parseManifest } from "../contract/manifest.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { writeBeside } from "../files.js";
import type { DeviceChoice } from "../model/device.js";
import {
  encodeSex,
  maleValues,
  type Numbers,
  requireShape,
  rowValues,
  type SexEncoding,
} from "../model/tensors.js";
import {
  type GroupHandle,
  type NetworkInput,
  native,
  type StepOutputs,
  type TrainerHandle,
  type TrainStepOutputs,
} from "../native.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import type { TrainConfig } from "../options/train/index.js";
import {
  notesArgument,
  rateArgument,
  saveOptions,
  stepCallOptions,
  type TrainingStepOptions,
  weightsOptions,
} from "../options/train/trainingStepOptions.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";

/** What a training step returns: outputs and losses in training mode, before the update. */
export interface StepResult extends TrainStepOutputs {
  loss: number;
  ageLoss: number;
}

/** What an evaluation returns; losses are null without `targetAgeZ`. */
export type EvaluationResult = StepOutputs;

export interface WhichWeights {
  /** The exponential average of the weights instead of the weights; needs `emaDecay`. */
  ema?: boolean | undefined;
}

export class Trainer implements AsyncDisposable {
  /** Learning rate of the steps to come. */
  #learningRate: number;

  constructor(
    /** The model that training started from. */
    readonly file: string,
    readonly options: TrainingStepOptions,
    readonly device: DeviceChoice,
    /** What is known of its contract; maybe not all. */
    readonly manifest: Manifest,
    /** Which sex is 1 in the network's second input. */
    readonly sexEncoding: SexEncoding,
    /** Number of values that learn. */
    readonly learning: number,
    /** Internal: the native object. */
    readonly handle: TrainerHandle,
  ) {
    this.#learningRate = options.lr;
  }

  /** Weights of the losses of age and of sex as they are learnt (their logarithms); null where they are fixed. */
  get lossWeights(): { age: number; sex: number } | null {
    const weights = this.#facts().lossWeights;
    return weights && { age: weights[0]!, sex: weights[1]! };
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  /** Set the learning rate of the steps to come. Throws ERR_DEEPLASIA_OPTION unless it is a number of at least 0. */
  setLearningRate(rate: number): void {
    this.#learningRate = requireArgument("rate", rateArgument, rate);
  }

  /**
   * Forward, loss, backward and, once in `accumulateGradBatches` calls or with `update`, an update of the weights.
   *
   * Where the loss or a gradient is not finite, `nonFinite` says so and nothing has changed: no weight, no running
   * statistic, no optimiser; gathered gradients are dropped. Going on with the next batch is then safe.
   *
   * @param data [B, C, H, W] float32, row-major, normalised as the network is to see it; copied once.
   * @param shape `[B, C, H, W]`.
   * @param male [B], 1 for male and 0 for female: input of the network, and truth of its sex head. Null for a network
   *   that has neither.
   * @param targetAgeZ [B], the truth in the network's own unit (usually z-scores).
   * @throws DeeplasiaError ERR_DEEPLASIA_OPTION for shapes that do not fit, ERR_DEEPLASIA_MODEL_FORWARD,
   *   ERR_DEEPLASIA_MODEL_SHAPE, ERR_DEEPLASIA_OUT_OF_MEMORY, ERR_DEEPLASIA_DISPOSED.
   */
  async step(
    data: Float32Array,
    shape: readonly number[],
    male: Numbers | null,
    targetAgeZ: Numbers,
    options: { update?: boolean | undefined } = {},
  ): Promise<StepResult> {
    const accumulation = this.options.accumulateGradBatches;
    requireShape(data, shape);
    rowValues("targetAgeZ", targetAgeZ, shape[0]);
    const { update } = requireOptions(stepCallOptions, options);
    return this.stepOn({ data, shape }, male, targetAgeZ, { accumulation, update });
  }

  /** The same in evaluation mode; changes nothing. Without `targetAgeZ` there are no losses. */
  async evaluate(
    data: Float32Array,
    shape: readonly number[],
    male: Numbers | null,
    targetAgeZ: Numbers | null = null,
    weights: WhichWeights = {},
  ): Promise<EvaluationResult> {
    requireShape(data, shape);
    return this.evaluateOn({ data, shape }, male, targetAgeZ, requireOptions(weightsOptions, weights));
  }

  /** Internal: `step` on pictures that may lie in a native batch. */
  async stepOn(
    input: NetworkInput,
    male: Numbers | null,
    targetAgeZ: Numbers,
    {
      accumulation,
      update,
      notes = [],
    }: { accumulation: number; update: boolean; notes?: readonly number[] },
  ): Promise<StepResult> {
    const facts = this.#rowFacts(input, male, targetAgeZ);
    const rate = this.#learningRate;
    const step = () => native().trainStep(this.handle, input, facts, rate, accumulation, update, notes);
    return (await this.#guarded(step)) as StepResult;
  }

  /** Internal: `evaluate` on pictures that may lie in a native batch. */
  async evaluateOn(
    input: NetworkInput,
    male: Numbers | null,
    targetAgeZ: Numbers | null,
    { ema = false, notes = [] }: WhichWeights & { notes?: readonly number[] } = {},
  ): Promise<EvaluationResult> {
    const facts = this.#rowFacts(input, male, targetAgeZ);
    return this.#guarded(() => native().evaluateStep(this.handle, input, facts, ema, notes));
  }

  /**
   * Internal: from now on this is one of the trainers of a group, all of which have to do all their steps together.
   * `capacity`: pictures of a trainer's largest batch. By what they exchange gradients, in words.
   */
  async join(
    group: GroupHandle,
    capacity: number,
    {
      syncBatchNorm,
      backend,
    }: { syncBatchNorm: boolean; backend: TrainConfig["trainer"]["process_group_backend"] },
  ): Promise<string> {
    return this.#guarded(() => native().joinTrainers(this.handle, group, capacity, syncBatchNorm, backend));
  }

  /** Internal: all trainers of the group go on from the first one's weights. */
  async synchronise(): Promise<void> {
    await this.#guarded(() => native().synchroniseTrainers(this.handle));
  }

  /** Internal: the first trainer of the group gets the gradients that all have gathered, so that its state is all's. */
  async gatherGradients(): Promise<void> {
    await this.#guarded(() => native().gatherGradients(this.handle));
  }

  /**
   * Write the network, with its manifest, as a TorchScript file that `loadModel` and Python's `torch.jit.load` open; the
   * file appears whole or not at all.
   *
   * @param manifest Fields of the contract that training changed (age mean and sd, provenance …).
   * @throws DeeplasiaError ERR_DEEPLASIA_OUTPUT.
   */
  async save(
    path: PathArgument,
    options: WhichWeights & { manifest?: Manifest | undefined } = {},
  ): Promise<void> {
    const file = requireArgument("path", pathArgument, path);
    const { ema, manifest = {} } = requireOptions(saveOptions, options);
    const complete = { ...this.manifest, ...parseManifest(manifest, "given to save()") };
    const text = manifestText(complete);
    await writeBeside(file, (temporary) => native().saveTrained(this.handle, temporary, text, ema));
  }

  /**
   * Write everything that the next steps depend on: weights, buffers, optimiser, loss scale, averages, gathered
   * gradients, the place in the sequence of random numbers, and the learning rate. On the CPU, with equal threads, steps
   * after `restoreState` are the same bit for bit as without the interruption. The file appears whole or not at all.
   *
   * @param notes A text of the caller's that travels with it, for example the position in an epoch.
   */
  async saveState(path: PathArgument, notes = ""): Promise<void> {
    const file = requireArgument("path", pathArgument, path);
    const text = requireArgument("notes", notesArgument, notes);
    const all = JSON.stringify({ learningRate: this.#learningRate, notes: text });
    await writeBeside(file, (temporary) => native().saveTraining(this.handle, temporary, all));
  }

  /**
   * Take back what `saveState` wrote, all or nothing, and its `notes`. Options are those of this trainer, but for the
   * learning rate and the seed, which the state brings.
   *
   * @throws DeeplasiaError ERR_DEEPLASIA_RESUME where it is of another network or optimiser, ERR_DEEPLASIA_CHECKPOINT
   *   where it is damaged.
   */
  async restoreState(path: PathArgument): Promise<string> {
    const file = requireArgument("path", pathArgument, path);
    const text = await this.#guarded(() => native().restoreTraining(this.handle, file), file);
    const { learningRate, notes } = parsedNotes(text, file);
    this.setLearningRate(learningRate);
    return notes;
  }

  /**
   * Take over what the optimiser had gathered when PyTorch Lightning wrote a checkpoint of this network.
   *
   * @returns Number of parameters that it fits; the others start anew.
   * @throws DeeplasiaError ERR_DEEPLASIA_RESUME for another network's, ERR_DEEPLASIA_CHECKPOINT.
   */
  async importLightningState(checkpoint: PathArgument): Promise<number> {
    const file = requireArgument("checkpoint", pathArgument, checkpoint);
    return this.#guarded(() => native().adoptOptimizer(this.handle, file), file);
  }

  /** Release the memory now. Idempotent; waits for work in flight. */
  async dispose(): Promise<void> {
    await native().dispose(this.handle);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #facts() {
    try {
      return native().trainerFacts(this.handle);
    } catch (error) {
      throw toDeeplasiaError(error).at({ file: this.file });
    }
  }

  /** What is known of each row: the network's second input, and the truth. */
  #rowFacts(input: NetworkInput, male: Numbers | null, targetAgeZ: Numbers | null) {
    const rows = "data" in input ? input.shape[0] : input.slots.length;
    return {
      sex: encodeSex(this.sexEncoding, male, rows),
      male: isGiven(male) ? maleValues(male, rows) : null,
      age: isGiven(targetAgeZ) ? rowValues("targetAgeZ", targetAgeZ, rows) : null,
      mask: null,
    };
  }

  async #guarded<T>(call: () => Promise<T>, file = this.file): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      const error = toDeeplasiaError(cause);
      // No file of ours is to blame for another process.
      throw error.code === "ERR_DEEPLASIA_PEER" ? error : error.at({ file });
    }
  }
}

function isGiven(values: Numbers | null | undefined): values is Numbers {
  return values !== null && values !== undefined;
}

function parsedNotes(text: string, file: string): { learningRate: number; notes: string } {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DeeplasiaError("ERR_DEEPLASIA_CHECKPOINT", "the training state's notes are damaged", {
      file,
      cause,
    });
  }
}
