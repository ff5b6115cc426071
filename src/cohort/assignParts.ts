/** Assigns patients to the parts of a cohort, balanced in sex and age. A pure function of the patients and a seed. */
import { createHash } from "node:crypto";
import type { Sex } from "../data/annotations.js";

/** A patient of a cohort. */
export interface Patient {
  id: string;
  /** The sex in the first row that has one. */
  sex: Sex | null;
  /** Mean over the pictures with a known age; null if there are none. */
  ageMonths: number | null;
  pictures: number;
}

/** The options of `assignParts`. */
export interface AssignOptions {
  seed: number;
  /** Width of an age band in months. */
  bandMonths: number;
}

/**
 * Returns the part of each patient as an index into `shares`, which add up to 1.
 *
 * Patients are sorted by sex and age band, and within a band by a hash of seed and ID, so that neither the order of the
 * file nor the patients of other bands matter much. In this order each patient goes to the part that lacks most pictures.
 * So every part gets its share of every band, to within about the pictures of one patient.
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

/** Returns the band of a patient: `F 0003` are girls in the fourth age band. */
function bandOf({ sex, ageMonths }: Patient, bandMonths: number): string {
  const band = ageMonths === null ? "?" : String(Math.floor(ageMonths / bandMonths)).padStart(4, "0");
  return `${sex ?? "?"} ${band}`;
}

function hashOf(seed: number, id: string): string {
  return createHash("sha256").update(`${seed}\0${id}`).digest("hex");
}

/** Compares by code unit, independent of the locale. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
