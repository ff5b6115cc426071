/** Who goes to which part of a cohort: by patient, alike in sex and age, by a seed; a pure function of the patients. */
import { createHash } from "node:crypto";
import type { Sex } from "../data/annotations.js";

export interface Patient {
  id: string;
  /** Of the first picture that has one. */
  sex: Sex | null;
  /** Mean over the pictures with a known age; null without any. */
  ageMonths: number | null;
  pictures: number;
}

export interface AssignOptions {
  seed: number;
  /** Width of an age band, months. */
  bandMonths: number;
}

/**
 * The part of each patient, as numbers into `shares`, which add up to 1.
 *
 * Patients are lined up by sex and age band, and inside a band by a hash of seed and ID, so that neither the order of
 * the file nor patients of other bands matter much. Then each goes to the part that lacks most pictures so far. So every
 * stretch of the line, each band among them, has its share in every part within about the pictures of one patient.
 */
export function assignParts(
  patients: readonly Patient[],
  shares: readonly number[],
  { seed, bandMonths }: AssignOptions,
): Map<string, number> {
  const line = patients
    .map((patient) => ({ patient, band: bandOf(patient, bandMonths), hash: hashOf(seed, patient.id) }))
    .sort((a, b) => compare(a.band, b.band) || compare(a.hash, b.hash));
  const given = shares.map(() => 0);
  const parts = new Map<string, number>();
  let pictures = 0;
  for (const { patient } of line) {
    pictures += patient.pictures;
    const lacking = shares.map((share, part) => share * pictures - given[part]!);
    const part = lacking.indexOf(Math.max(...lacking));
    given[part]! += patient.pictures;
    parts.set(patient.id, part);
  }
  return parts;
}

/** Patients in one band are alike: `F 0003` are girls in the fourth age band. */
function bandOf({ sex, ageMonths }: Patient, bandMonths: number): string {
  const band = ageMonths === null ? "?" : String(Math.floor(ageMonths / bandMonths)).padStart(4, "0");
  return `${sex ?? "?"} ${band}`;
}

function hashOf(seed: number, id: string): string {
  return createHash("sha256").update(`${seed}\0${id}`).digest("hex");
}

/** By code unit, which no machine's language changes. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
