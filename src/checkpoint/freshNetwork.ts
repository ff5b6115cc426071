/** A new network with random weights, or with ImageNet weights in its backbone. */
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { type AnyNetworkConfig, type Assignment, type NetworkHandle, native } from "../native.js";
import { isBoneAgeConfig, isExpectationConfig } from "../options/network.js";
import { imagenetRemedy } from "../options/train/imagenetRemedy.js";
import { buildNetwork } from "./buildNetwork.js";
import { type CheckpointContents, withCheckpoint } from "./contents.js";
import { imagenetNames } from "./imagenet.js";
import { isMisfit, misfit, missingOf } from "./misfit.js";

export interface FreshNetworkOptions {
  /** Seed of the random weights. */
  seed: number;
  /** ImageNet weights for the backbone: a state dict of efficientnet_pytorch, torchvision or timm (ConvNeXt V2). */
  from?: string | undefined;
  /** How their stem for three colours becomes one for grey: with random weights, or as the sum over the colours. */
  stem?: "fresh" | "sum" | undefined;
  /** Key of the weights in that file, if it holds those of several networks. */
  weights?: string | undefined;
}

/** A new network of the current generation, or a mask network, with random weights. The caller disposes of it. */
export async function freshNetwork(
  config: AnyNetworkConfig,
  options: FreshNetworkOptions,
): Promise<NetworkHandle> {
  const backbone = backboneOf(config);
  if (options.from !== undefined && backbone === null) throw noBackbone(options.from);
  const handle = await buildNetwork(config);
  try {
    await native().initialiseNetwork(handle, options.seed);
    const { from, stem, weights } = options;
    if (from !== undefined && backbone !== null) {
      if (stem === "sum" && isExpectationConfig(config)) throw noSum(from);
      if ((await pathKind(from)) === null) throw noImagenetFile(from, backbone.name);
      await withCheckpoint(from, (contents) => transfer(handle, backbone, contents, stem), weights);
    }
    return handle;
  } catch (error) {
    await native().dispose(handle);
    throw error;
  }
}

interface Backbone {
  name: string;
  /** What its tensors' names begin with. */
  prefix: string;
  config: AnyNetworkConfig;
}

/** The part of a network that can have ImageNet weights; null for a network without one. */
function backboneOf(config: AnyNetworkConfig): Backbone | null {
  if (isBoneAgeConfig(config)) return { name: config.backbone, prefix: prefixOf(config.backbone), config };
  return isExpectationConfig(config) ? { name: config.trunk, prefix: "backbone.", config } : null;
}

function noSum(file: string): DeeplasiaError {
  const what =
    "stem is sum, but a stem for the picture and the plane of the sex is no sum of those for colours";
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, { file, remedy: "Set stem to fresh." });
}

function noBackbone(file: string): DeeplasiaError {
  const what = "a mask network has no backbone for ImageNet weights";
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, { file, remedy: "Leave `from` out." });
}

function noImagenetFile(file: string, backbone: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_MODEL_MISSING", `no such file of ImageNet weights: ${file}`, {
    file,
    remedy: imagenetRemedy(backbone),
  });
}

/** Copies the weights of a backbone into a network; its other weights stay. */
async function transfer(
  handle: NetworkHandle,
  { name, prefix, config }: Backbone,
  contents: CheckpointContents,
  stem: FreshNetworkOptions["stem"] = "fresh",
): Promise<void> {
  const names = imagenetNames(contents.file, contents.tensors.keys(), name);
  const assignments: Assignment[] = [];
  for (const [theirs, ours] of names) {
    const isStem = ours === "_conv_stem.weight" || ours.startsWith("stem.0.");
    if (isStem && stem === "fresh") continue;
    assignments.push({
      name: prefix + ours,
      tensor: contents.tensors.get(theirs)!.tensor,
      sumChannels: isStem && ours.endsWith(".weight"),
    });
  }
  const mismatch = await native().assignTensors(handle, contents.handle, assignments, true);
  const fresh = [...OWN, ...(stem === "fresh" ? ["_conv_stem.", "stem.0."] : [])].map((own) => prefix + own);
  mismatch.missing = missingOf(handle, assignments).filter(
    (name) => name.startsWith(prefix) && !fresh.some((start) => name.startsWith(start)),
  );
  if (isMisfit(mismatch)) throw misfit(contents, config, mismatch);
}

const prefixOf = (backbone: string) =>
  backbone === "inceptionv3"
    ? "backbone.features."
    : backbone.startsWith("convnextv2-")
      ? "backbone.convnext."
      : "backbone.base.";

/** Parts of a backbone without ImageNet weights: Inception's stem and its batch norm differ from torchvision's. */
const OWN = ["0.", "1."];
