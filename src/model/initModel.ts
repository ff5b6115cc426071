/** A new network in a file, to be trained. */

import { freshNetwork } from "../checkpoint/freshNetwork.js";
import { formatOf, saveNetwork } from "../checkpoint/saveNetwork.js";
import { type Manifest, parseManifest } from "../contract/manifest.js";
import { mergeManifests } from "../contract/merge.js";
import { expectationFields, FAMILY, MASK_FAMILY, OPEN_FAMILY } from "../contract/published.js";
import { requireNew } from "../files/requireNew.js";
import { writeBeside } from "../files/writeFileAtomic.js";
import { type AnyNetworkConfig, native } from "../native.js";
import type { InitModelOptions } from "../options/calls/initModelOptions.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { initModelOptions } from "../options/modelFiles.js";
import { isBoneAgeConfig, isExpectationConfig, isMaskConfig, networkConfig } from "../options/network.js";
import { networkSettings } from "../options/train/modelSettings.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { type WrittenModel, writtenModel } from "./contractReport.js";

/** The result of `initModel`. */
export interface InitialisedModel extends WrittenModel {
  /** The architecture of the new network. */
  network: AnyNetworkConfig;
}

/** How a network of this family is fed until training states otherwise: as the reference's are. */
function startingManifest(network: AnyNetworkConfig, isPretrained: boolean): Manifest {
  const unused = { formatVersion: 1, provenance: "not trained yet", intendedUse: "to be trained" } as const;
  if (isMaskConfig(network)) return { ...MASK_FAMILY, ...unused };
  const from = isPretrained ? { provenance: "not trained on hands yet; backbone of ImageNet weights" } : {};
  if (isExpectationConfig(network))
    return {
      ...unused,
      ...FAMILY,
      ...OPEN_FAMILY,
      inputSize: [1, 512, 512],
      ...expectationFields(network),
      ...from,
    };
  if (!isBoneAgeConfig(network)) return unused;
  return {
    ...unused,
    inputSize: [1, 512, 512],
    ...FAMILY,
    normalise: "zscore",
    maskNeeded: true,
    sexEncoding: network.sexDcs > 0 ? "male-1" : "none",
    ...from,
  };
}

/**
 * Writes a new network of the kind that `network.kind` names, with random weights, or a bone-age network with ImageNet weights
 * in its backbone, and the contract that is known so far.
 *
 * @param target The new file: `.safetensors`, or TorchScript by any other name.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _CONTRACT, _OUTPUT, _MODEL_MISSING and _CHECKPOINT for the file of ImageNet
 *   weights, _LIBTORCH_…; the signal's reason when it is aborted, and no file is written then.
 */
export async function initModel(
  target: PathArgument,
  given: InitModelOptions = {},
): Promise<InitialisedModel> {
  const file = requireArgument("target", pathArgument, target);
  const checked = requireOptions(initModelOptions, given);
  const { network: settings, contract = {}, overwrite, signal, ...options } = checked;
  signal?.throwIfAborted();
  const network = networkConfig(requireOptions(networkSettings, settings));
  const fields = parseManifest(contract, "given by options");
  await requireNew(file, overwrite);
  const handle = await freshNetwork(network, options);
  try {
    signal?.throwIfAborted();
    const known = startingManifest(network, options.from !== undefined);
    const { manifest } = mergeManifests([
      { origin: "new network", manifest: known },
      { origin: "options", manifest: fields },
    ]);
    const write = (temporary: string) =>
      saveNetwork({ handle, config: network, manifest }, temporary, formatOf(file));
    await writeBeside(file, write, signal);
    return { ...writtenModel(file, manifest), network };
  } finally {
    await native().dispose(handle);
  }
}
