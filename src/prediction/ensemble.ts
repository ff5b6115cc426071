/** Several networks' word on one picture as one: the mean, and how far they are apart. */
import type { Reading } from "./months.js";
import { type EnsembleOutputRecord, type FailureRecord, isFailure, type OutputRecord } from "./record.js";

export interface MemberMonths {
  /** The stem of the model's file. */
  name: string;
  /** Its bone age in months, bias-corrected. */
  ageMonths: number;
}

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
  if (values.length < 2) return null;
  const centre = exactMean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.fround(Math.sqrt(squares / (values.length - 1)));
}

function exactMean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** `names` and `readings` are the members', in the same order. */
export function combineReadings(
  names: readonly string[],
  readings: readonly Omit<Reading, "ageZ">[],
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

/** The members' records of one row as the ensemble's. Where a member failed the row failed: no mean over fewer. */
export function combineRecords(
  names: readonly string[],
  records: readonly OutputRecord[],
): EnsembleOutputRecord {
  const failures = records.filter(isFailure);
  if (failures.length > 0) return combineFailures(names, records, failures);
  const readings = records as Exclude<OutputRecord, FailureRecord>[];
  const { ageZ: _, ...row } = readings[0]!;
  return { ...row, ...combineReadings(names, readings) };
}

/** The same for a block: one list of records a member, each in the order of the rows. */
export function combineBlocks(
  names: readonly string[],
  ofMembers: readonly (readonly OutputRecord[])[],
): EnsembleOutputRecord[] {
  return ofMembers[0]!.map((_, row) =>
    combineRecords(
      names,
      ofMembers.map((records) => records[row]!),
    ),
  );
}

/** What ails every member alike is the row's own fault; anything else is said of the members that it ails. */
function combineFailures(
  names: readonly string[],
  records: readonly OutputRecord[],
  failures: readonly FailureRecord[],
): FailureRecord {
  const [first] = failures as [FailureRecord];
  const sufferers = new Map<string, string[]>();
  for (const [i, record] of records.entries()) {
    if (!isFailure(record)) continue;
    sufferers.set(record.message, [...(sufferers.get(record.message) ?? []), names[i]!]);
  }
  if (sufferers.get(first.message)!.length === records.length) return first;
  const parts = [...sufferers].map(([message, who]) => `${who.join(", ")}: ${message}`);
  return { ...first, message: parts.join("; "), dropped: failures.every(({ dropped }) => dropped) };
}
