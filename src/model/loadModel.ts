/** From a model's file to a bone-age model on a device. */
import { dirname, resolve } from "node:path";
import { type Contract, completeContract } from "../contract/contract.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { BUILT_IN_HISTOGRAM, referenceHistogram } from "../image/referenceHistogram.js";
import { native } from "../native.js";
import type { LoadModelOptions } from "../options/calls/loadModelOptions.js";
import { readingOptions } from "../options/checkpoint.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { isBoneAgeConfig, isExpectationConfig } from "../options/network.js";
import { loadModelOptions } from "../options/predict.js";
import { fileOfModel } from "../registry/modelFilesOf.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { BoneAgeModel } from "./boneAgeModel.js";
import { loadCropper } from "./loadCropper.js";
import { loadHandle } from "./loadHandle.js";
import type { OpenModel } from "./openModel.js";
import { verifyBoneAgeModel } from "./verify.js";

/**
 * Load a bone-age model, put it on a device, and check its contract on blank pictures. The file is TorchScript, a
 * checkpoint of the reference (Lightning, or a plain state dict), or safetensors; a checkpoint's network is made in memory.
 *
 * A TorchScript model is a program: see `trust`.
 *
 * @param path The file, or its `file:` URL; or the name of an installed model, such as `ianpan-bone-age`.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _MODEL_MISSING, _MODEL_UNREADABLE, _MODEL_UNTRUSTED, _MODEL_KIND,
 *   _CHECKPOINT, _CONTRACT, _DEVICE, _MODEL_FORWARD, _MODEL_SHAPE, _MODEL_UNSTABLE, _NOT_FINITE, _LIBTORCH_…;
 *   the signal's reason when it is aborted.
 */
export async function loadModel(path: PathArgument, given: LoadModelOptions = {}): Promise<BoneAgeModel> {
  const named = requireArgument("file", pathArgument, path);
  const options = requireOptions(loadModelOptions, given);
  const file = await fileOfModel(named);
  try {
    const contractOf = ({ contract: { manifest } }: OpenModel) => completeContract(manifest, file);
    return await loadHandle(file, options, contractOf, async ({ opened, contract, handle, ...loaded }) => {
      const { config, contract: merged, overridden } = opened;
      const verified = await verifyBoneAgeModel(file, handle, contract);
      const facts = native().modelFacts(handle);
      const isOurs = config !== null && (isBoneAgeConfig(config) || isExpectationConfig(config));
      const network = isOurs ? config : null;
      const before = await whatComesBefore(file, contract, options);
      const reading = readingOptions.strip().parse(options);
      return new BoneAgeModel({
        ...{ file, contract, merged, overridden, network, handle, facts, reading, ...before },
        ...loaded,
        ...verified,
      });
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw withRemedy(toDeeplasiaError(error), file);
  }
}

/** The cropper and the reference histogram that a contract names; both lie beside the model unless their paths are whole. */
async function whatComesBefore(
  file: string,
  { cropper = "none", matchHistogram = "none" }: Contract,
  options: LoadModelOptions,
): Promise<Pick<BoneAgeModel, "cropper" | "histogram">> {
  const beside = (path: string) => resolve(dirname(file), path);
  const isFile = matchHistogram !== "none" && matchHistogram !== BUILT_IN_HISTOGRAM;
  const reference = isFile ? beside(matchHistogram) : matchHistogram;
  const { manifest: _, contract: __, ...how } = options;
  return {
    histogram: reference === "none" ? null : await referenceHistogram(reference),
    cropper: cropper === "none" ? null : await loadCropper(beside(cropper), how),
  };
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
