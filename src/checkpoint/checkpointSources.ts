/** The sources of a checkpoint's contract: the file itself, and what is published about it. */
import { basename, extname } from "node:path";
import { MANIFEST_NAME, type Manifest, parseManifestText } from "../contract/manifest.js";
import {
  CROPPER,
  FAMILY,
  MASK_FAMILY,
  OPEN_MODEL,
  PUBLISHED_AGE,
  PUBLISHED_MEMBERS,
} from "../contract/published.js";
import type { ContractSource } from "../contract/sources.js";
import type { AnyNetworkConfig } from "../native.js";
import type { CheckpointOptions } from "../options/checkpoint.js";
import { isCropperConfig, isExpectationConfig, isMaskConfig } from "../options/network.js";
import type { CheckpointContents } from "./contents.js";
import { readParameters } from "./readParameters.js";
import { isRecord } from "./tree.js";

function stemOf(file: string): string {
  return basename(file, extname(file));
}

const WEIGHTS: Manifest = {
  formatVersion: 1,
  licence: "that of the checkpoint; weights published with Deeplasia: CC BY-NC 4.0",
  intendedUse: "research only, not a medical device",
};
/** Values for a bone-age checkpoint that states no others. */
const BY_DEFAULT: Manifest = { ...WEIGHTS, ...FAMILY, normalise: "zscore" };

const NORMALISATIONS: Record<string, Manifest["normalise"]> = {
  zscore: "zscore",
  interval: "interval",
  equalize: "equalize",
};

function isPositive(value: unknown): value is number {
  return typeof value === "number" && value > 0;
}

/** `[1, H, W]` of the current hyper-parameters, `[H, W]` of the older ones. */
function inputSize(value: unknown): Manifest["inputSize"] {
  if (!Array.isArray(value) || !value.every(isPositive)) return undefined;
  const [height, width] = value.slice(-2) as number[];
  return height === undefined || width === undefined ? undefined : [1, height, width];
}

/** Slope and intercept in months. In z-scores, y - (slope y + bias) has an intercept of sd bias - slope mean months. */
function bias(entries: Record<string, unknown>, unit: CheckpointOptions["biasUnit"]): Manifest {
  const { slope, bias, age_mean: mean, age_std: sd } = entries;
  if (typeof slope !== "number" || typeof bias !== "number") return {};
  if (unit === "months" || (slope === 0 && bias === 0)) return { biasSlope: slope, biasIntercept: bias };
  if (typeof mean !== "number" || typeof sd !== "number") return {};
  return { biasSlope: slope, biasIntercept: sd * bias - slope * mean };
}

/** Returns what the file itself states. */
function stated(contents: CheckpointContents, options: CheckpointOptions): Manifest {
  const { entries, hyperParameters: said } = contents;
  const method = said.img_norm_method;
  return {
    inputSize: inputSize(said.input_size),
    normalise: typeof method === "string" ? (NORMALISATIONS[method] ?? "none") : undefined,
    maskNeeded: typeof said.masked_input === "boolean" ? said.masked_input : undefined,
    ageMeanMonths: typeof entries.age_mean === "number" ? entries.age_mean : undefined,
    ageSdMonths: isPositive(entries.age_std) ? entries.age_std : undefined,
    ...bias(entries, options.biasUnit),
  };
}

function provenance({ file, format, entries }: CheckpointContents): string {
  const lightning = entries["pytorch-lightning_version"];
  const epoch = typeof entries.epoch === "number" ? `, after epoch ${entries.epoch}` : "";
  const kind =
    lightning === undefined ? `state of a network (${format})` : `Lightning ${lightning} checkpoint`;
  return `converted from ${basename(file)}, a ${kind}${epoch}`;
}

/** Returns the complete manifest in the metadata of our own safetensors. */
function inside({ file, entries }: CheckpointContents): Manifest | undefined {
  const text = isRecord(entries.metadata) ? entries.metadata[MANIFEST_NAME] : undefined;
  return typeof text === "string" ? parseManifestText(text, `${file} (${MANIFEST_NAME})`) : undefined;
}

/** Sources of the contract, weakest first. Throws ERR_DEEPLASIA_CONTRACT for a `parameters.yml` that is not one. */
export async function checkpointSources(
  contents: CheckpointContents,
  config: AnyNetworkConfig,
  options: CheckpointOptions,
): Promise<ContractSource[]> {
  const own = inside(contents);
  if (own !== undefined) return [{ origin: "metadata", manifest: own }];
  const stem = stemOf(contents.file);
  if (isMaskConfig(config)) {
    const manifest = { ...WEIGHTS, ...MASK_FAMILY, name: stem, provenance: provenance(contents) };
    return [{ origin: "the reference's mask network", manifest }];
  }
  if (isCropperConfig(config)) {
    const manifest = { ...CROPPER, name: stem, provenance: provenance(contents) };
    return [{ origin: "the published cropper", manifest }];
  }
  if (isExpectationConfig(config)) {
    const { planes, bins, members } = config;
    const manifest: Manifest = {
      ...OPEN_MODEL,
      name: stem,
      provenance: provenance(contents),
      ...(planes > 1 ? { sexEncoding: "plane-female-255", sexPlane: 1 } : { sexEncoding: "none" }),
      ageBins: [0, 1, bins],
      memberCount: Math.max(1, members),
    };
    return [{ origin: "the open bone-age model", manifest }];
  }
  const takesSex = config.sexDcs > 0;
  const sources: ContractSource[] = [
    {
      origin: "the reference's networks",
      manifest: {
        ...BY_DEFAULT,
        name: stem,
        provenance: provenance(contents),
        sexEncoding: takesSex ? "male-1" : "none",
      },
    },
  ];
  sources.push({ origin: "checkpoint", manifest: stated(contents, options) });
  // Published values override the file, because the reference too uses its tables and not the hyper-parameters.
  if (config.legacy && Object.hasOwn(PUBLISHED_MEMBERS, stem)) {
    const member = PUBLISHED_MEMBERS[stem as keyof typeof PUBLISHED_MEMBERS];
    const manifest: Manifest = {
      ...PUBLISHED_AGE,
      ...member,
      inputSize: [...member.inputSize],
      maskNeeded: true,
    };
    sources.push({ origin: "published table", manifest });
  }
  const { parameters, legacyParameters } = options;
  const file = parameters ?? (config.legacy ? legacyParameters : undefined);
  if (file === undefined) return sources;
  const manifest = await readParameters(file, stem, { needsEntry: parameters !== undefined });
  sources.push({ origin: file, manifest });
  return sources;
}
