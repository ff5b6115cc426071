/** What a contract still lacks, and what in it is implausible. */
import { missingFields } from "../contract/contract.js";
import type { Manifest, ManifestField } from "../contract/manifest.js";
import { contractDoubts, type Doubt } from "../contract/plausible.js";

/** What a contract lacks, and what in it is implausible. */
export interface ContractReport {
  /** Fields that a complete contract needs and that no source states. */
  missing: ManifestField[];
  /** Values that are allowed but implausible. */
  doubts: Doubt[];
}

export function contractReport(manifest: Manifest): ContractReport {
  return { missing: missingFields(manifest), doubts: contractDoubts(manifest) };
}

/** A model file that was written, with its contract. */
export interface WrittenModel extends ContractReport {
  /** The new file. */
  file: string;
  /** The contract inside it, as far as it is known. */
  manifest: Manifest;
}

export function writtenModel(file: string, manifest: Manifest): WrittenModel {
  return { file, manifest, ...contractReport(manifest) };
}
