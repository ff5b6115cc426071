/**
 * The contract of one model: its manifest's fields from every source, merged field by field, each with where it came
 * from. Order, later wins: archive, file beside the model, `--manifest` file, flags. Nothing is guessed.
 */

import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { native } from "../native.js";
import { plural } from "../plural.js";
import {
  DESCRIPTIVE_FIELDS,
  MANIFEST_FIELDS,
  MANIFEST_NAME,
  type Manifest,
  type ManifestField,
  type manifestSchema,
  parseManifestText,
} from "./manifest.js";

type Complete = z.infer<typeof manifestSchema>;
type Optional =
  | "weightsDigest"
  | "normaliseMean"
  | "normaliseSd"
  | "equalizeBins"
  | "ageMeanMonths"
  | "ageSdMonths";
/** A complete contract: what is needed is there, the rest has neutral values. */
export type Contract = Omit<Complete, Optional> & Pick<Manifest, Optional>;

export interface ContractSource {
  /** For a person: `archive`, a file's path, `flags`, `default`. */
  origin: string;
  manifest: Manifest;
}

export interface MergedManifest {
  manifest: Manifest;
  /** Where each field came from. */
  origins: Map<ManifestField, string>;
}

/** Neutral values of fields that most models do not need to state. */
const DEFAULTS: Manifest = {
  formatVersion: 1,
  name: "",
  licence: "",
  provenance: "",
  intendedUse: "",
  maskCropSize: -1,
  biasSlope: 0,
  biasIntercept: 0,
};

const ALWAYS_NEEDED: readonly ManifestField[] = [
  "inputSize",
  "fit",
  "resize",
  "normalise",
  "maskNeeded",
  "subtractBackground",
  "sexEncoding",
  "ageUnit",
];

/** Fields that become needed by the value of another. */
const NEEDED_WHEN: readonly [ManifestField, (manifest: Manifest) => boolean][] = [
  ["normaliseMean", (m) => m.normalise === "fixed"],
  ["normaliseSd", (m) => m.normalise === "fixed"],
  ["equalizeBins", (m) => m.normalise === "equalize"],
  ["ageMeanMonths", (m) => m.ageUnit === "z"],
  ["ageSdMonths", (m) => m.ageUnit === "z"],
];

/** A manifest file's content, or nothing where there is no such file. */
export async function readManifestFile(file: string): Promise<Manifest | undefined> {
  try {
    return parseManifestText(await readFile(file, "utf8"), file);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
    if (error instanceof DeeplasiaError) throw error;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_CONTRACT",
      `cannot read the manifest ${file}: ${(error as Error).message}`,
      {
        file,
        cause: error,
      },
    );
  }
}

/** Where a manifest may lie beside a model: `hand.json` or `hand.pt.json` for `hand.pt`. */
export function sidecarFiles(modelFile: string): string[] {
  const stem = modelFile.slice(0, modelFile.length - extname(modelFile).length);
  return [...new Set([`${stem}.json`, `${modelFile}.json`])];
}

/** What a TorchScript archive says of itself. */
export async function archiveSources(modelFile: string): Promise<ContractSource[]> {
  const inside = await native().readExtraFile(modelFile, MANIFEST_NAME);
  if (inside === null) return [];
  return [{ origin: "archive", manifest: parseManifestText(inside, `${modelFile} (${MANIFEST_NAME})`) }];
}

/** All sources of a model's contract, weakest first: `inside` is what its own file says. `manifestFile` must exist. */
export async function contractSources(
  modelFile: string,
  inside: readonly ContractSource[],
  manifestFile?: string,
  flags: Manifest = {},
): Promise<ContractSource[]> {
  const sources = [...inside];
  for (const file of sidecarFiles(modelFile)) {
    const manifest = await readManifestFile(file);
    if (manifest !== undefined) sources.push({ origin: file, manifest });
  }
  if (manifestFile !== undefined) {
    const manifest = await readManifestFile(manifestFile);
    if (manifest === undefined) {
      throw new DeeplasiaError("ERR_DEEPLASIA_CONTRACT", `no such manifest: ${manifestFile}`, {
        file: manifestFile,
      });
    }
    sources.push({ origin: manifestFile, manifest });
  }
  sources.push({ origin: "flags", manifest: flags });
  return sources;
}

export function mergeManifests(sources: readonly ContractSource[]): MergedManifest {
  const merged: MergedManifest = { manifest: {}, origins: new Map() };
  for (const { origin, manifest } of [{ origin: "default", manifest: DEFAULTS }, ...sources]) {
    for (const field of MANIFEST_FIELDS) {
      if (manifest[field] === undefined) continue;
      Object.assign(merged.manifest, { [field]: manifest[field] });
      merged.origins.set(field, origin);
    }
  }
  return merged;
}

/** A field that changes numbers, of which a later source says something else than the first that says anything. */
export interface Override {
  field: ManifestField;
  /** What the model says of itself, and where. */
  own: unknown;
  ownOrigin: string;
  /** What is used instead, and who says so. */
  value: unknown;
  origin: string;
}

/**
 * What was laid over a model's own contract. `inside` is what its own file says, as one: a checkpoint's sources complete
 * each other. `sources` are all, weakest first.
 */
export function overridesOf(
  inside: readonly ContractSource[],
  sources: readonly ContractSource[],
): Override[] {
  const own = mergeManifests(inside);
  const found: Override[] = [];
  for (const field of MANIFEST_FIELDS) {
    if (DESCRIPTIVE_FIELDS.includes(field)) continue;
    const outside = sources.filter(
      (source) => !inside.includes(source) && source.manifest[field] !== undefined,
    );
    const last = outside.at(-1);
    if (last === undefined) continue;
    const isInside = (own.origins.get(field) ?? "default") !== "default";
    const first = isInside ? { origin: own.origins.get(field)!, manifest: own.manifest } : outside[0]!;
    const [before, value] = [first.manifest[field], last.manifest[field]];
    if (isDeepStrictEqual(before, value)) continue;
    found.push({ field, own: before, ownOrigin: first.origin, value, origin: last.origin });
  }
  return found;
}

/** Names of needed fields that no source has. */
export function missingFields(manifest: Manifest): ManifestField[] {
  const conditional = NEEDED_WHEN.filter(([, applies]) => applies(manifest)).map(([field]) => field);
  return [...ALWAYS_NEEDED, ...conditional].filter((field) => manifest[field] === undefined);
}

/** A complete contract, or ERR_DEEPLASIA_CONTRACT naming every field that is missing or contradicts another. */
export function completeContract(manifest: Manifest, modelFile: string): Contract {
  const missing = missingFields(manifest);
  if (missing.length > 0) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_CONTRACT",
      `the contract of ${modelFile} is incomplete: nothing says ${missing.join(", ")}`,
      {
        file: modelFile,
        remedy:
          `Give the missing values by flags, in a manifest (--manifest FILE, or ${sidecarFiles(modelFile)[0]}), or put ` +
          "one into the model with `deeplasia-native manifest write`. `deeplasia-native manifest fields` explains each.",
      },
    );
  }
  const contract = manifest as Contract;
  const channels = contract.inputSize[0];
  for (const field of ["normaliseMean", "normaliseSd"] as const) {
    const count = contract[field]?.length ?? 1;
    if (count === 1 || count === channels) continue;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_CONTRACT",
      `${field} has ${plural(count, "value")}, but the input has ${plural(channels, "channel")}; give 1 or ${channels}`,
      { file: modelFile },
    );
  }
  return contract;
}
