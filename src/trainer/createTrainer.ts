import type { Manifest } from "../contract/manifest.js";
import { toDeeplasiaError } from "../errors.js";
import { chooseDevice, type DeviceChoice } from "../model/device.js";
import { networkForm } from "../model/networkForm.js";
import { openModel } from "../model/openModel.js";
import { type NetworkHandle, native, type TrainerSettings } from "../native.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import type { CreateTrainerOptions } from "../options/train/createTrainerOptions.js";
import { createTrainerOptions } from "../options/train/trainingStepOptions.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { type FilledTrainerOptions, Trainer } from "./trainer.js";

/** What a trainer starts from. */
export interface TrainerSource {
  /** For messages. */
  file: string;
  /** A TorchScript file, or a network handle, of which the trainer takes ownership: then it may only be disposed of. */
  model: string | NetworkHandle;
  manifest: Manifest;
}

/** Throws as `createTrainer`. */
export async function openTrainer(
  { file, model, manifest }: TrainerSource,
  options: FilledTrainerOptions,
  device: DeviceChoice,
): Promise<Trainer> {
  // The features of the pictures and all errors change with the weights.
  const { featureStatistics: _, featureDistanceLimit: __, predictionIntervals: ___, ...own } = manifest;
  const { weightsDigest = "" } = own;
  const step = { ...options, clipping: clippingOf(options), device: device.name, weightsDigest };
  const settings: TrainerSettings = { ...step, ...networkForm(own) };
  const handle = await native().createTrainer(model, settings);
  const { inputs, learning } = native().trainerFacts(handle);
  const encoding = own.sexEncoding ?? (inputs > 1 ? "male-1" : "none");
  return new Trainer(file, options, device, own, encoding, learning, handle);
}

/** Returns the bound of the gradients; a limit of 0 is none, as in Lightning. */
function clippingOf({
  gradientClipVal: limit,
  gradientClipAlgorithm: by,
}: FilledTrainerOptions): TrainerSettings["clipping"] {
  return limit ? { by: by ?? "norm", limit } : null;
}

/**
 * Loads a model for training: TorchScript, ours or any other `(x)` or `(x, sex)` that returns the age or age and sex; or a
 * checkpoint of the reference. All parameters learn, but for those that `freeze` names. The manifest may be incomplete; if it
 * lacks the encoding of the sex, 1 is male for a network with two inputs.
 *
 * @param path The model's file.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _MODEL_MISSING, _MODEL_UNREADABLE, _CHECKPOINT, _CONTRACT, _DEVICE, _LIBTORCH_…;
 *   the signal's reason when it is aborted.
 */
export async function createTrainer(
  path: PathArgument,
  options: CreateTrainerOptions = {},
): Promise<Trainer> {
  const file = requireArgument("file", pathArgument, path);
  const { manifest, contract, signal, ...stepOptions } = requireOptions(createTrainerOptions, options);
  try {
    await using opened = await openModel(file, { manifest, contract, signal });
    signal?.throwIfAborted();
    const device = chooseDevice({ device: stepOptions.device });
    const source = { file, model: opened.model, manifest: opened.contract.manifest };
    const trainer = await openTrainer(source, stepOptions, device);
    if (signal?.aborted) await trainer.dispose();
    signal?.throwIfAborted();
    return trainer;
  } catch (error) {
    signal?.throwIfAborted();
    throw toDeeplasiaError(error).at({ file });
  }
}
