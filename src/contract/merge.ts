/** Several sources of a contract as one manifest, each field with where it came from. */
import { isDeepStrictEqual } from "node:util";
import { DEFAULT_KIND, MODEL_KINDS } from "./kinds.js";
import { DESCRIPTIVE_FIELDS, MANIFEST_FIELDS, type Manifest, type ManifestField } from "./manifest.js";
import type { ContractSource } from "./sources.js";

/** Fields of a contract from several sources. */
export interface MergedManifest {
  /** The fields, each with the value of its strongest source. */
  manifest: Manifest;
  /** Where each field came from. */
  origins: Map<ManifestField, string>;
}

/** Values of fields that most models do not state, whatever their kind. */
const DEFAULTS: Manifest = {
  formatVersion: 1,
  kind: DEFAULT_KIND,
  name: "",
  licence: "",
  provenance: "",
  intendedUse: "",
  maskCropSize: -1,
};

/** Sources are given weakest first. */
export function mergeManifests(sources: readonly ContractSource[]): MergedManifest {
  const { kind = DEFAULT_KIND } =
    sources.findLast(({ manifest }) => manifest.kind !== undefined)?.manifest ?? {};
  const defaults = { origin: "default", manifest: { ...DEFAULTS, ...MODEL_KINDS[kind].defaults } };
  const merged: MergedManifest = { manifest: {}, origins: new Map() };
  for (const { origin, manifest } of [defaults, ...sources]) {
    for (const field of MANIFEST_FIELDS) {
      if (manifest[field] === undefined) continue;
      Object.assign(merged.manifest, { [field]: manifest[field] });
      merged.origins.set(field, origin);
    }
  }
  return merged;
}

/** A field that changes numbers, and for which a later source states another value than the model itself. */
export interface Override {
  /** Its name. */
  field: ManifestField;
  /** The model's own value, and which source states it. */
  own: unknown;
  /** The source of the model's own value. */
  ownOrigin: string;
  /** The value that is used instead, and which source states it. */
  value: unknown;
  /** The source of the value that is used. */
  origin: string;
}

/**
 * The fields in which a model's own contract was overridden. `inside` are the sources in its own file, which count as
 * one, because a checkpoint's sources complete each other; `sources` are all, weakest first.
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
