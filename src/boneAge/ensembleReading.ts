/** The readings of several networks of one picture as one: their mean, and how far they are apart. */
import { mean as exactMean } from "../statistics/mean.js";
import { standardDeviation as exactDeviation } from "../statistics/standardDeviation.js";
import type { Reading } from "./reading.js";

/** What a member of an ensemble predicts. */
export interface MemberMonths {
  /** The stem of the model's file. */
  name: string;
  /** Its bone age in months, bias-corrected. */
  ageMonths: number;
}

/** What an ensemble predicts for one picture. */
export interface EnsembleReading {
  /** In the order of the models. */
  members: readonly MemberMonths[];
  /** Mean of the members' months. */
  ageMonths: number;
  /** Standard deviation between the members (n - 1), months; null for an ensemble of one. */
  sdMonths: number | null;
  /** Mean of the probabilities of male that the members with a sex head give; null where none has one. */
  sexHat: number | null;
}

/** The mean as float32, summed in double precision. `values` is not empty. */
export function mean(values: readonly number[]): number {
  return Math.fround(exactMean(values));
}

/** Standard deviation with n - 1 as float32; null for a single value. */
export function standardDeviation(values: readonly number[]): number | null {
  return values.length < 2 ? null : Math.fround(exactDeviation(values));
}

/** `names` and `readings` are the members', in the same order. */
export function combineReadings(
  names: readonly string[],
  readings: readonly Pick<Reading, "ageMonths" | "sexHat">[],
): EnsembleReading {
  const months = readings.map(({ ageMonths }) => ageMonths);
  const ofHeads = readings.map(({ sexHat }) => sexHat).filter((sexHat) => sexHat !== null);
  return {
    members: names.map((name, i) => ({ name, ageMonths: months[i]! })),
    ageMonths: mean(months),
    sdMonths: standardDeviation(months),
    sexHat: ofHeads.length === 0 ? null : mean(ofHeads),
  };
}
