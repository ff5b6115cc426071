/** From a model's file to a hand-mask model on a device. */
import { completeContract, type HandMaskContract } from "../contract/contract.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import type { RawPicture } from "../native.js";
import type { LoadModelOptions } from "../options/calls/loadModelOptions.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { loadModelOptions } from "../options/predict.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { HandMaskModel } from "./handMaskModel.js";
import { loadHandle, notFiniteOnBlank } from "./loadHandle.js";
import type { OpenModel } from "./openModel.js";

/**
 * Load a hand-mask model, put it on a device, and try it on a blank picture: TorchScript, a checkpoint of the
 * reference's service, or safetensors.
 *
 * @param path The file, or its `file:` URL.
 * @throws DeeplasiaError as `loadModel` does; ERR_DEEPLASIA_MODEL_KIND for a model that is for something else.
 */
export async function loadHandMaskModel(
  path: PathArgument,
  given: LoadModelOptions = {},
): Promise<HandMaskModel> {
  const file = requireArgument("file", pathArgument, path);
  const options = requireOptions(loadModelOptions, given);
  try {
    return await loadHandle(file, options, contractOf, async ({ contract, device, handle }) => {
      const model = new HandMaskModel(file, contract, device, handle);
      await verify(model);
      return model;
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw toDeeplasiaError(error).at({ file });
  }
}

function contractOf({ file, contract: { manifest } }: OpenModel): HandMaskContract {
  const contract = completeContract(manifest, file, "hand_mask");
  requireSquare(file, contract);
  return contract;
}

/** Refuses another input than a padded square, because probabilities are laid back over the picture as `fit: pad` laid it into a square. */
export function requireSquare(file: string, { inputSize: [, height, width], fit }: HandMaskContract): void {
  if (height === width && fit === "pad") return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CONTRACT",
    `the contract of ${file} has an input of ${height}x${width} and fit ${fit}; a hand-mask model needs a square input and fit pad`,
    { file, remedy: "Correct inputSize and fit with `deeplasia-native manifest write`." },
  );
}

/** A ramp of four pixels: a picture of one value is refused. */
const BLANK: RawPicture = {
  data: Uint8Array.of(0, 1, 2, 3),
  width: 2,
  height: 2,
  channels: 1,
  depth: 8,
  luma: "png",
};

/** Throws ERR_DEEPLASIA_NOT_FINITE, and what a forward throws; the model is disposed of then, with its batch. */
async function verify(model: HandMaskModel): Promise<void> {
  try {
    const found = await model.probabilities(BLANK);
    if (found?.every(Number.isFinite) === false) throw notFiniteOnBlank(model.file);
  } catch (error) {
    await model.dispose();
    throw error;
  }
}
