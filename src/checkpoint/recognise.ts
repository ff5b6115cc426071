/**
 * Recognises the network of a file of weights from the names and shapes of its tensors, and from the hyper-parameters where
 * tensors do not show it. The name of the file is not used.
 */

import { DeeplasiaError } from "../errors.js";
import { type AnyNetworkConfig, type BackboneFacts, native } from "../native.js";
import type { CheckpointOptions } from "../options/checkpoint.js";
import { anyNetworkSchema } from "../options/network.js";
import { plural } from "../plural.js";
import type { CheckpointContents } from "./contents.js";
import { convnextOf, hasMatrices } from "./convnextOf.js";
import { expectationNetwork } from "./expectationNetwork.js";
import {
  type Family,
  familyOf,
  isCropperNetwork,
  isExpectationNetwork,
  isMaskNetwork,
  MASK_DEEPEST,
  MASK_STEM,
} from "./families.js";
import { imagenetNaming } from "./imagenet.js";
import { isRecord, type TensorFacts } from "./tree.js";

/** Key of the network in the metadata of our own safetensors. */
export const NETWORK_METADATA = "deeplasia.network";

type Tensors = ReadonlyMap<string, TensorFacts>;
type Request = Pick<CheckpointOptions, "backbone" | "legacyCkp" | "correctPredictedSex" | "padding">;

function requireFamily({ file, tensors, weightsName }: CheckpointContents): Family {
  const names = [...tensors.keys()];
  const family = familyOf(names);
  if (family !== null) return family;
  const naming = imagenetNaming(names);
  const place = weightsName === "" ? "" : ` under ${weightsName}`;
  const sample = names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "");
  if (names.some((name) => /(^|[._])flat_param/.test(name))) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_CHECKPOINT",
      `${file} holds the flattened weights of one process of FSDP (${sample})`,
      { file, remedy: "Save the whole network in Python: FSDP's StateDictType.FULL_STATE_DICT." },
    );
  }
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CHECKPOINT",
    naming === null
      ? `${file} holds ${plural(names.length, "tensor")} of another network than Deeplasia's${place} (${sample})`
      : `${file} holds a backbone's ImageNet weights as ${naming} names them${place}, but no bone-age network`,
    {
      file,
      remedy:
        naming === null
          ? "Export that network with torch.jit.script or torch.jit.trace in Python; any TorchScript model runs here."
          : "Start a network from them: give this file to `deeplasia-native init` (initModel) as `from`.",
    },
  );
}

/** Returns the first dimension of `<prefix>0.weight`, `<prefix>1.weight`, … */
function layerWidths(tensors: Tensors, prefix: string): number[] {
  const found: number[] = [];
  for (let i = 0; tensors.has(`${prefix}${i}.weight`); i++)
    found.push(tensors.get(`${prefix}${i}.weight`)!.shape[0]!);
  return found;
}

function looksLike(facts: BackboneFacts, tensors: Tensors, prefix: string): boolean {
  const blocks = new Set<string>();
  for (const name of tensors.keys()) {
    if (name.startsWith(`${prefix}_blocks.`)) blocks.add(name.slice(prefix.length).split(".")[1]!);
  }
  const head = tensors.get(`${prefix}_conv_head.weight`)?.shape[0];
  return head === facts.features && blocks.size === facts.repeats.reduce((sum, count) => sum + count, 0);
}

function backboneOf(contents: CheckpointContents, family: Family, request: Request): string {
  if (family.inception) return "inceptionv3";
  if (request.backbone !== undefined) return request.backbone;
  const { file, tensors, hyperParameters } = contents;
  const seen = family.convnext
    ? convnextOf(tensors, family.backbone)
    : native()
        .backbones()
        .find((facts) => looksLike(facts, tensors, family.backbone));
  const said = hyperParameters.backbone;
  if (seen !== undefined) return seen.name;
  if (typeof said === "string") return said;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CHECKPOINT",
    `${file}: the backbone cannot be recognised from the tensors`,
    {
      file,
      remedy: "Name it by the option backbone, such as efficientnet-b0.",
    },
  );
}

/** The setting matters only for a network with both an explicit classifier and a sex input. */
function correctPredictedSex(contents: CheckpointContents, isOpen: boolean, request: Request): boolean {
  const said = request.correctPredictedSex ?? contents.hyperParameters.correct_predicted_sex;
  if (typeof said === "boolean") return said;
  if (!isOpen) return false;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CHECKPOINT",
    `${contents.file} has an explicit sex classifier, but does not state whether a given sex or the predicted one is an ` +
      "input of the age",
    {
      file: contents.file,
      remedy: "Set `correctPredictedSex`: true, as in the reference's preset, or false.",
    },
  );
}

function requireAsked(family: Family, { file }: CheckpointContents, request: Request): void {
  if (!request.legacyCkp || family.legacy) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CHECKPOINT",
    `\`legacyCkp: true\` is given, but ${file} is a ${family.title}`,
    {
      file,
      remedy: "Leave the option out.",
    },
  );
}

const asNumber = (value: unknown, otherwise: number) => (typeof value === "number" ? value : otherwise);

/** Returns the network that our own safetensors state. */
function statedNetwork({ file, entries }: CheckpointContents): AnyNetworkConfig | null {
  const text = isRecord(entries.metadata) ? entries.metadata[NETWORK_METADATA] : undefined;
  if (typeof text !== "string") return null;
  try {
    return anyNetworkSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_CHECKPOINT",
      `${file}: its metadata ${NETWORK_METADATA} is damaged`,
      {
        file,
        cause,
      },
    );
  }
}

/**
 * Returns the network of a checkpoint. `assignTensors` checks later whether all tensors fit it.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_CHECKPOINT for the weights of another network, and if the network is ambiguous; the
 *   remedy then names the option that decides.
 */
export function recognise(contents: CheckpointContents, request: Request): AnyNetworkConfig {
  const { tensors, hyperParameters } = contents;
  const stated = statedNetwork(contents);
  if (stated !== null) return stated;
  if (isMaskNetwork([...tensors.keys()])) {
    const [filters, , kernel] = tensors.get(MASK_STEM)!.shape as [number, number, number];
    return { filters, kernel, maxFilters: tensors.get(MASK_DEEPEST)?.shape[0] ?? filters };
  }
  if (isExpectationNetwork([...tensors.keys()])) return expectationNetwork(contents);
  if (isCropperNetwork([...tensors.keys()])) return { cropper: "mobilenetv3_small_100" };
  const family = requireFamily(contents);
  requireAsked(family, contents, request);
  const sexDcs = tensors.get(`${family.sexInput}.weight`)?.shape[0] ?? asNumber(hyperParameters.sex_dcs, 32);
  const explicitSexClassifier = family.legacy ? [] : layerWidths(tensors, "dense.explicit_sex_classifier.");
  const isOpen = explicitSexClassifier.length > 0 && sexDcs > 0;
  return {
    legacy: family.legacy,
    backbone: backboneOf(contents, family, request),
    denseLayers: layerWidths(tensors, `${family.dense}dense_blocks.`),
    sexDcs,
    dropout: asNumber(hyperParameters.dropout_p, 0.2),
    explicitSexClassifier,
    correctPredictedSex: correctPredictedSex(contents, isOpen, request),
    learnableSigma: tensors.has("loss.s")
      ? [asNumber(hyperParameters.age_sigma, 1), asNumber(hyperParameters.sex_sigma, 1)]
      : [],
    padding: request.padding,
    imagenetClassifier: tensors.has("base._fc.weight"),
    ...(family.convnext && { hasMatrices: hasMatrices(tensors, family.backbone) }),
  };
}
