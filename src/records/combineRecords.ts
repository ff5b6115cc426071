/** Combines the records of an ensemble's members. */
import { combineReadings } from "../boneAge/ensembleReading.js";
import { meanViews } from "../boneAge/viewsReading.js";
import { type EnsembleOutputRecord, type FailureRecord, isFailure, type OutputRecord } from "./record.js";

/** Combines the members' records of one row. Where one member failed, the row fails: there is no mean over fewer members. */
export function combineRecords(
  names: readonly string[],
  records: readonly OutputRecord[],
): EnsembleOutputRecord {
  const failures = records.filter(isFailure);
  if (failures.length > 0) return combineFailures(names, records, failures);
  const readings = records as Exclude<OutputRecord, FailureRecord>[];
  const {
    ageZ: _z,
    rawMonths: _months,
    spread: _spread,
    views: _views,
    intervals: _intervals,
    ...row
  } = readings[0]!;
  return { ...row, ...combineReadings(names, readings), ...meanViews(readings) };
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

/** A failure that all members share is the row's own; any other one names its members. */
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
