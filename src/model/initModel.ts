/** A new network in a file, to be trained. */
import type { z } from "zod";
import { freshNetwork } from "../checkpoint/freshNetwork.js";
import { formatOf, saveNetwork } from "../checkpoint/saveNetwork.js";
import { type Manifest, parseManifest } from "../contract/manifest.js";
import { mergeManifests } from "../contract/merge.js";
import { FAMILY } from "../contract/published.js";
import { requireNew } from "../files/requireNew.js";
import { writeBeside } from "../files/writeFileAtomic.js";
import { type NetworkConfig, native } from "../native.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { initModelOptions } from "../options/modelFiles.js";
import { networkConfig } from "../options/network.js";
import { networkSettings } from "../options/train/modelSettings.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { type WrittenModel, writtenModel } from "./contractReport.js";

export type InitModelOptions = z.input<typeof initModelOptions>;

export interface InitialisedModel extends WrittenModel {
  network: NetworkConfig;
}

/** How a network of this family is fed until training states otherwise: as the reference's are. */
function startingManifest(takesSex: boolean, isPretrained: boolean): Manifest {
  return {
    formatVersion: 1,
    inputSize: [1, 512, 512],
    ...FAMILY,
    normalise: "zscore",
    maskNeeded: true,
    sexEncoding: takesSex ? "male-1" : "none",
    provenance: isPretrained ? "not trained on hands yet; backbone of ImageNet weights" : "not trained yet",
    intendedUse: "to be trained",
  };
}

/**
 * Write a new bone-age network with random weights, or with ImageNet weights in its backbone, and the contract that is
 * known so far.
 *
 * @param target The new file: `.safetensors`, or TorchScript by any other name.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _CONTRACT, _OUTPUT, _MODEL_MISSING and _CHECKPOINT for the file of ImageNet
 *   weights, _LIBTORCH_….
 */
export async function initModel(
  target: PathArgument,
  given: InitModelOptions = {},
): Promise<InitialisedModel> {
  const file = requireArgument("target", pathArgument, target);
  const { network: settings, contract = {}, overwrite, ...options } = requireOptions(initModelOptions, given);
  const network = networkConfig(requireOptions(networkSettings, settings));
  const fields = parseManifest(contract, "given by options");
  await requireNew(file, overwrite);
  const handle = await freshNetwork(network, options);
  try {
    const known = startingManifest(network.sexDcs > 0, options.from !== undefined);
    const { manifest } = mergeManifests([
      { origin: "new network", manifest: known },
      { origin: "options", manifest: fields },
    ]);
    await writeBeside(file, (temporary) =>
      saveNetwork({ handle, config: network, manifest }, temporary, formatOf(file)),
    );
    return { ...writtenModel(file, manifest), network };
  } finally {
    await native().dispose(handle);
  }
}
