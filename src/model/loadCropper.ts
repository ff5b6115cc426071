/** From a file of weights to a cropper on a device. */
import type { z } from "zod";
import { completeContract } from "../contract/contract.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { loadModelOptions } from "../options/predict.js";
import { requireOptions } from "../schema/checkValue.js";
import { CropperModel } from "./cropperModel.js";
import { loadHandle } from "./loadHandle.js";
import { triedOnRamp } from "./triedOnRamp.js";

/** Loads a cropper and tries it. Throws as `loadModel` does. */
export async function loadCropper(
  file: string,
  given: z.input<typeof loadModelOptions>,
): Promise<CropperModel> {
  const options = requireOptions(loadModelOptions, given);
  try {
    return await loadHandle(
      file,
      options,
      ({ contract: { manifest } }) => completeContract(manifest, file, "cropper"),
      async ({ contract, device, handle }) => {
        const model = new CropperModel(file, contract, device, handle);
        return triedOnRamp(model, (picture) => model.fractions(picture));
      },
    );
  } catch (error) {
    options.signal?.throwIfAborted();
    throw withCure(toDeeplasiaError(error).at({ file }));
  }
}

/** The side of the input is in no file of weights. */
function withCure(error: DeeplasiaError): DeeplasiaError {
  if (error.code !== "ERR_DEEPLASIA_CONTRACT" || !error.message.includes("inputSize")) return error;
  return new DeeplasiaError(error.code, error.message, {
    file: error.file,
    cause: error,
    remedy:
      "`deeplasia-native models add FOLDER` reads the side of its input from the folder's modeling.py, and " +
      "`deeplasia-native models add FOLDER --crop-size N` takes it from you.",
  });
}
