/** From a model's file of any kind to a handle of native code on a device. */

import type { z } from "zod";
import type { AnyContract } from "../contract/contract.js";
import { DeeplasiaError } from "../errors.js";
import { type ModelHandle, type ModelOptions, native } from "../native.js";
import type { loadModelOptions } from "../options/predict.js";
import { chooseDevice, type DeviceChoice } from "./device.js";
import { networkForm } from "./networkForm.js";
import { type OpenModel, openModel } from "./openModel.js";

/** A model in native code, and what it was loaded with. */
export interface LoadedHandle<C> {
  opened: OpenModel;
  contract: C;
  device: DeviceChoice;
  settings: ModelOptions;
  handle: ModelHandle;
}

/**
 * Loads a model, and returns what `use` makes of its handle. Where that throws, the handle is disposed of.
 * Between the stages it throws the reason of an aborted signal.
 *
 * @param contractOf Completes the contract of the opened file for the kind of model that is wanted.
 */
export async function loadHandle<C extends AnyContract, T>(
  file: string,
  options: z.output<typeof loadModelOptions>,
  contractOf: (opened: OpenModel) => C,
  use: (loaded: LoadedHandle<C>) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  await using opened = await openModel(file, options);
  signal?.throwIfAborted();
  const contract = contractOf(opened);
  const device = chooseDevice(options);
  const { threads, precision, trust } = options;
  const { weightsDigest = "" } = contract;
  const settings = { device: device.name, threads, precision, optimize: true, trust, weightsDigest };
  const handle = await native().loadModel(opened.model, { ...settings, ...networkForm(contract) });
  try {
    signal?.throwIfAborted();
    return await use({ opened, contract, device, settings, handle });
  } catch (error) {
    await native().dispose(handle);
    throw error;
  }
}

/** The error of a model that returns NaN or infinity for a blank picture. */
export function notFiniteOnBlank(file: string): DeeplasiaError {
  return new DeeplasiaError(
    "ERR_DEEPLASIA_NOT_FINITE",
    `${file} returns NaN or infinity for a blank picture`,
    {
      file,
      remedy: "Check its weights: training that diverged leaves NaN in them. Use an earlier checkpoint.",
    },
  );
}
