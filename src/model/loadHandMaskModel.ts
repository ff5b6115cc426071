/** From a model's file to a hand-mask model on a device. */
import { completeContract, type HandMaskContract } from "../contract/contract.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import type { LoadModelOptions } from "../options/calls/loadModelOptions.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { loadModelOptions } from "../options/predict.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { HandMaskModel } from "./handMaskModel.js";
import { loadHandle } from "./loadHandle.js";
import type { OpenModel } from "./openModel.js";
import { triedOnRamp } from "./triedOnRamp.js";

/**
 * Loads a hand-mask model, puts it on a device, and tries it on a blank picture: TorchScript, a checkpoint of the
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
      return triedOnRamp(model, (picture) => model.probabilities(picture));
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
