/** Facts about the child that were known when a picture was predicted, and their sources. */
import type { AgeSource } from "../data/ageSource.js";
import { writtenAge } from "../dicom/patient.js";
import type { Outcome } from "../inference/block.js";
import type { Sex } from "../words.js";

export interface FactsOfChild {
  /** The sex that was used; null if none was given. */
  sex: Sex | null;
  /** Whether the sex model predicted `sex`. */
  sexPredicted: boolean;
  /** Whether `sex` is that of the picture's DICOM header. */
  sexFromHeader: boolean;
  /** Age at the study by the DICOM header, months; null without one there. */
  chronologicalAgeMonths: number | null;
  /** What that age comes from: birth and study date, or PatientAge. */
  ageFrom: AgeSource | null;
}

export function factsOfChild({ sex, sexPredicted, sexFromHeader, header }: Outcome): FactsOfChild {
  const chronologicalAgeMonths = header && writtenAge(header);
  return { sex, sexPredicted, sexFromHeader, chronologicalAgeMonths, ageFrom: header?.ageFrom ?? null };
}
