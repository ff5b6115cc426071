/** From a model's file and options to a trainer. */

import type { z } from "zod";
import type { Manifest } from "../contract/manifest.js";
import { toDeeplasiaError } from "../errors.js";
import { chooseDevice, type DeviceChoice } from "../model/device.js";
import { openModel } from "../model/openModel.js";
import { type NetworkHandle, native, type TrainerSettings } from "../native.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import {
  createTrainerOptions,
  type TrainingStepOptions,
  type trainingStepOptions,
} from "../options/train/trainingStepOptions.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { Trainer } from "./trainer.js";

export interface CreateTrainerOptions extends z.input<typeof trainingStepOptions> {
  /** A manifest file that overrides what the model and the file beside it say. */
  manifest?: string | undefined;
  /** Single fields of the contract; they override every file. */
  contract?: Manifest | undefined;
}

function settingsOf(options: TrainingStepOptions, device: string, weightsDigest = ""): TrainerSettings {
  const clippingLimit = options.gradientClipVal ?? 0;
  return {
    device,
    threads: options.threads,
    precision: options.precision,
    seed: options.seed,
    optimizer: options.optimizer,
    weightDecay: options.weightDecay,
    beta1: options.betas[0],
    beta2: options.betas[1],
    amsgrad: options.amsgrad,
    eps: options.eps,
    momentum: options.momentum,
    dampening: options.dampening,
    nesterov: options.nesterov,
    alpha: options.alpha,
    centered: options.centered,
    clipping: clippingLimit === 0 ? "none" : (options.gradientClipAlgorithm ?? "norm"),
    clippingLimit,
    emaDecay: options.emaDecay,
    ageWeight: options.ageSigma,
    sexWeight: options.sexSigma,
    dropConnect: options.dropConnect,
    frozen: options.freeze,
    trust: options.trust,
    weightsDigest,
  };
}

/** What a trainer starts from. */
export interface TrainerSource {
  /** For messages. */
  file: string;
  /** A TorchScript file, or a network, which is taken over: it may only be disposed of then. */
  model: string | NetworkHandle;
  manifest: Manifest;
}

/** Throws as `createTrainer`. */
export async function openTrainer(
  { file, model, manifest }: TrainerSource,
  options: TrainingStepOptions,
  device: DeviceChoice,
): Promise<Trainer> {
  const handle = await native().createTrainer(
    model,
    settingsOf(options, device.name, manifest.weightsDigest),
  );
  const { inputs, learning } = native().trainerFacts(handle);
  const encoding = manifest.sexEncoding ?? (inputs > 1 ? "male-1" : "none");
  return new Trainer(file, options, device, manifest, encoding, learning, handle);
}

/**
 * Load a model so that it learns, all of it but for the frozen parameters: TorchScript, ours or any other `(x)` or
 * `(x, sex)` that returns the age or age and sex; or a checkpoint of the reference. Its manifest may be incomplete; where
 * none says how the sex is encoded, 1 is male for a network with two inputs.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _MODEL_MISSING, _MODEL_UNREADABLE, _CHECKPOINT, _CONTRACT, _DEVICE, _LIBTORCH_….
 */
export async function createTrainer(path: PathArgument, given: CreateTrainerOptions = {}): Promise<Trainer> {
  const file = requireArgument("file", pathArgument, path);
  const { manifest, contract, ...options } = requireOptions(createTrainerOptions, given);
  try {
    await using opened = await openModel(file, { manifest, contract });
    const device = chooseDevice({ device: options.device });
    const source = { file, model: opened.model, manifest: opened.contract.manifest };
    return await openTrainer(source, options, device);
  } catch (error) {
    throw toDeeplasiaError(error).at({ file });
  }
}
