/** From a model's file to a bone-age model on a device. */
import { completeContract } from "../contract/contract.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { native } from "../native.js";
import type { LoadModelOptions } from "../options/calls/loadModelOptions.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { isMaskConfig } from "../options/network.js";
import { loadModelOptions } from "../options/predict.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { BoneAgeModel } from "./boneAgeModel.js";
import { loadHandle } from "./loadHandle.js";
import type { OpenModel } from "./openModel.js";
import { verifyBoneAgeModel } from "./verify.js";

/**
 * Load a bone-age model, put it on a device, and check its contract on blank pictures. The file is TorchScript, a
 * checkpoint of the reference (Lightning, or a plain state dict), or safetensors; a checkpoint's network is made in memory.
 *
 * A TorchScript model is a program: see `trust`.
 *
 * @param path The file, or its `file:` URL.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _MODEL_MISSING, _MODEL_UNREADABLE, _MODEL_UNTRUSTED, _MODEL_KIND,
 *   _CHECKPOINT, _CONTRACT, _DEVICE, _MODEL_FORWARD, _MODEL_SHAPE, _MODEL_UNSTABLE, _NOT_FINITE, _LIBTORCH_…;
 *   the signal's reason when it is aborted.
 */
export async function loadModel(path: PathArgument, given: LoadModelOptions = {}): Promise<BoneAgeModel> {
  const file = requireArgument("file", pathArgument, path);
  const options = requireOptions(loadModelOptions, given);
  try {
    const contractOf = ({ contract: { manifest } }: OpenModel) => completeContract(manifest, file);
    return await loadHandle(file, options, contractOf, async ({ opened, contract, handle, ...loaded }) => {
      const { config, contract: merged, overridden } = opened;
      const verified = await verifyBoneAgeModel(file, handle, contract);
      const facts = native().modelFacts(handle);
      const network = config !== null && isMaskConfig(config) ? null : config;
      return new BoneAgeModel({
        ...{ file, contract, merged, overridden, network, handle, facts },
        ...loaded,
        ...verified,
      });
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw withRemedy(toDeeplasiaError(error), file);
  }
}

/** Adds the file, and for a failed check what to compare with the contract. */
function withRemedy(error: DeeplasiaError, file: string): DeeplasiaError {
  const contractIsLikely =
    error.code === "ERR_DEEPLASIA_MODEL_FORWARD" || error.code === "ERR_DEEPLASIA_MODEL_SHAPE";
  const remedy = contractIsLikely
    ? "The model is called as forward(pictures, male) with float32 [batch, channels, height, width] and [batch, 1], any " +
      "batch, and must return an age, or an age and a sex, for each picture. Compare its input size, channels and sex " +
      "encoding with the contract: `deeplasia-native inspect MODEL` prints both."
    : error.remedy;
  const message = error.message.includes(file) ? error.message : `${file}: ${error.message}`;
  return new DeeplasiaError(error.code, message, { file, remedy, cause: error.cause });
}
