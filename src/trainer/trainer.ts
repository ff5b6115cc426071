import { manifestText } from "../checkpoint/saveNetwork.js";
import { type Manifest, parseManifest } from "../contract/manifest.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { writeBeside } from "../files/writeFileAtomic.js";
import type { DeviceChoice } from "../model/device.js";
import { type Numbers, requireShape, rowValues, type SexEncoding } from "../model/tensors.js";
import {
  type ExampleFacts,
  type NetworkInput,
  native,
  type StepOutputs,
  type TrainerHandle,
  type TrainStepOutputs,
} from "../native.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import type { CreateTrainerOptions } from "../options/train/createTrainerOptions.js";
import {
  notesArgument,
  rateArgument,
  saveOptions,
  stepCallOptions,
  weightsOptions,
} from "../options/train/trainingStepOptions.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { rowFacts } from "./rowFacts.js";
import { withFile } from "./withFile.js";

/** The result of a training step: outputs and losses in training mode, before the update. */
export interface StepResult extends TrainStepOutputs {
  /** The weighted sum that is minimised. */
  loss: number;
  /** The loss of the age. */
  ageLoss: number;
}

/** The result of an evaluation. The losses are null without `targetAgeZ`. */
export type EvaluationResult = StepOutputs;

/** The learnt weights of the two losses, as logarithms. */
export interface LossWeights {
  /** That of the loss of the age. */
  age: number;
  /** That of the loss of the sex. */
  sex: number;
}

type Filled<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };
/** The options of `createTrainer`, with every default filled in. */
export type FilledTrainerOptions = Filled<Omit<CreateTrainerOptions, "manifest" | "contract" | "signal">>;

/** Which weights a call uses. */
export interface WhichWeights {
  /** True for the exponential moving average of the weights, which needs the option `emaDecay`. */
  ema?: boolean | undefined;
}

/** A network in training, one step per call. `createTrainer` makes one; dispose of it when it is no longer needed. */
export class Trainer implements AsyncDisposable {
  #learningRate: number;

  /** @internal */
  constructor(
    /** The file of the model that training started from. */
    readonly file: string,
    /** The options of `createTrainer`, with every default filled in. */
    readonly options: FilledTrainerOptions,
    /** The device, and why it was chosen. */
    readonly device: DeviceChoice,
    /** The known fields of the model's contract. */
    readonly manifest: Manifest,
    /** Which sex is 1 in the network's second input. */
    readonly sexEncoding: SexEncoding,
    /** Number of values that learn. */
    readonly learning: number,
    /** @internal */
    readonly handle: TrainerHandle,
  ) {
    this.#learningRate = options.lr;
  }

  /** The learnt logarithms of the weights of the two losses; null where the weights are fixed. */
  get lossWeights(): LossWeights | null {
    const weights = this.#facts().lossWeights;
    return weights && { age: weights[0]!, sex: weights[1]! };
  }

  /** The learning rate of the steps to come. */
  get learningRate(): number {
    return this.#learningRate;
  }

  /** Sets the learning rate of the steps to come. Throws ERR_DEEPLASIA_OPTION unless it is a number of at least 0. */
  setLearningRate(rate: number): void {
    this.#learningRate = requireArgument("rate", rateArgument, rate);
  }

  /**
   * Runs forward, loss and backward, and updates the weights once in `accumulateGradBatches` calls, or with `update`.
   *
   * Where the loss or a gradient is not finite, `nonFinite` names it and nothing has changed: no weight, no running
   * statistic, no optimiser state. Accumulated gradients are dropped. It is safe to continue with the next batch.
   *
   * @param data [B, C, H, W] float32, row-major, normalised as the network expects it; it is copied once.
   * @param shape `[B, C, H, W]`.
   * @param male [B], 1 for male and 0 for female: the network's second input, and the truth of its sex head. Null for a
   *   network that has neither.
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
    const input = { data, shape };
    const facts = rowFacts(this.sexEncoding, input, male, targetAgeZ);
    return (await this.stepOn(input, facts, { accumulation, update })) as StepResult;
  }

  /** Runs the network in evaluation mode, and changes nothing. Without `targetAgeZ` there are no losses. Throws as `step`. */
  async evaluate(
    data: Float32Array,
    shape: readonly number[],
    male: Numbers | null,
    targetAgeZ: Numbers | null = null,
    weights: WhichWeights = {},
  ): Promise<EvaluationResult> {
    requireShape(data, shape);
    const input = { data, shape };
    const facts = rowFacts(this.sexEncoding, input, male, targetAgeZ);
    return this.evaluateOn(input, facts, requireOptions(weightsOptions, weights));
  }

  /** @internal `step` on pictures that may be in a native batch, with whatever truth the network learns. */
  async stepOn(
    input: NetworkInput,
    facts: ExampleFacts,
    how: { accumulation: number; update: boolean; notes?: readonly number[] },
  ): Promise<TrainStepOutputs> {
    const { accumulation, update, notes = [] } = how;
    const rate = this.#learningRate;
    const step = () => native().trainStep(this.handle, input, facts, rate, accumulation, update, notes);
    return withFile(this.file, step);
  }

  /** @internal `evaluate` on pictures that may be in a native batch. */
  async evaluateOn(
    input: NetworkInput,
    facts: ExampleFacts,
    { ema = false, notes = [] }: WhichWeights & { notes?: readonly number[] } = {},
  ): Promise<EvaluationResult> {
    return withFile(this.file, () => native().evaluateStep(this.handle, input, facts, ema, notes));
  }

  /**
   * Writes the network, with its manifest, as a TorchScript file that `loadModel` and Python's `torch.jit.load` open. The
   * file appears whole or not at all.
   *
   * @param path The file to write.
   * @param options Which weights to write, and fields of the contract that training changed (age mean and standard
   *   deviation, provenance …).
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
   * Writes everything that the next steps depend on: weights, buffers, optimiser state, loss scale, averages, accumulated
   * gradients, the position in the sequence of random numbers, and the learning rate. On the CPU, with the same number of
   * threads, steps after `restoreState` are the same bit for bit as without the interruption. The file appears whole or not
   * at all.
   *
   * @param path The file to write.
   * @param notes A text of the caller's that is saved with it, for example the position in an epoch.
   */
  async saveState(path: PathArgument, notes = ""): Promise<void> {
    const file = requireArgument("path", pathArgument, path);
    const text = requireArgument("notes", notesArgument, notes);
    const all = JSON.stringify({ learningRate: this.#learningRate, notes: text });
    await writeBeside(file, (temporary) => native().saveTraining(this.handle, temporary, all));
  }

  /**
   * Restores what `saveState` wrote, all or nothing, and returns its `notes`. The options stay those of this trainer, but
   * for the learning rate and the seed, which are in the state.
   *
   * @throws DeeplasiaError ERR_DEEPLASIA_RESUME for the state of another network or optimiser, ERR_DEEPLASIA_CHECKPOINT
   *   for a damaged one.
   */
  async restoreState(path: PathArgument): Promise<string> {
    const file = requireArgument("path", pathArgument, path);
    const text = await withFile(file, () => native().restoreTraining(this.handle, file));
    const { learningRate, notes } = parsedNotes(text, file);
    this.setLearningRate(learningRate);
    return notes;
  }

  /**
   * Takes over the optimiser's state from a PyTorch Lightning checkpoint of this network.
   *
   * @returns Number of parameters whose state fits; the others start anew.
   * @throws DeeplasiaError ERR_DEEPLASIA_RESUME for the checkpoint of another network, ERR_DEEPLASIA_CHECKPOINT.
   */
  async importLightningState(checkpoint: PathArgument): Promise<number> {
    const file = requireArgument("checkpoint", pathArgument, checkpoint);
    return withFile(file, () => native().adoptOptimizer(this.handle, file));
  }

  /** Releases the memory now, after work in flight. May be called more than once. */
  async dispose(): Promise<void> {
    await native().dispose(this.handle);
  }

  /** The same as `dispose`, for `await using`. */
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
}

function parsedNotes(text: string, file: string): { learningRate: number; notes: string } {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = "the notes of the training state are damaged";
    throw new DeeplasiaError("ERR_DEEPLASIA_CHECKPOINT", what, { file, cause });
  }
}
