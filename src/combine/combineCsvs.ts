/** Combines predictions of earlier runs to an ensemble, as the reference's notebook does. */

import { mean, standardDeviation } from "../boneAge/ensembleReading.js";
import { AgeUnit } from "../data/ageUnit.js";
import { csvLines } from "../data/csvLines.js";
import { type EarlierPredictions, readPredictions } from "../data/earlierPredictions.js";
import { everyHas, firstKnown, type Joined, joinPredictions } from "../data/joinPredictions.js";
import { readTruth } from "../data/truth.js";
import { plural } from "../plural.js";
import { ensembleFields, fieldColumns, toCsv } from "../predictionFiles/columns.js";
import { field, rowNumber } from "../predictionFiles/fields.js";
import { memberNames, type NamedFile } from "../predictionFiles/memberNames.js";
import type { EnsembleRecord, FailureRecord } from "../records/record.js";
import { type Summary, SummaryBuilder } from "../records/summary.js";

export interface CombineOptions {
  /** True bone ages; without it they come from a column `bone_age` of the predictions. */
  annotationCsv?: string | undefined;
  /** Take the mean of those members that have a row; else a row that one lacks is a failure. */
  allowMissing?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** The result of `combinePredictions`. */
export interface Combined {
  /** The ensemble's CSV: the reference's columns, then ours as far as the members' files have them. */
  csv: string;
  /** Rows in it. */
  rows: number;
  /** Rows that members lack. */
  failures: FailureRecord[];
  /** Deviations from the truth, where it is known. */
  deviations: Pick<Summary, "madMonths" | "withTruth" | "members">;
  /** Notes about values that were converted, and about rows that do not fit together. */
  notes: string[];
}

/** A row of the join; a member's months are null where it lacks the row. */
interface CombinedRecord extends Omit<EnsembleRecord, "members"> {
  members: MaybeMonths[];
  memberCount: number;
}
type MaybeMonths = { name: string; ageMonths: number | null };
type Months = { name: string; ageMonths: number };

const isPresent = (member: MaybeMonths): member is Months => member.ageMonths !== null;

/**
 * Combines prediction CSVs, one for each member, which is named by the caller or by the stem of its file. `joinPredictions`
 * finds the rows that belong together.
 *
 * Throws `ERR_DEEPLASIA_CSV`, `ERR_DEEPLASIA_CSV_COLUMN`, `ERR_DEEPLASIA_ROW` for files that cannot be used,
 * `ERR_DEEPLASIA_USAGE` for two of one name.
 */
export async function combineCsvs(
  files: readonly (string | NamedFile)[],
  { annotationCsv, allowMissing = false, signal }: CombineOptions = {},
): Promise<Combined> {
  const named = files.map((file) => (typeof file === "string" ? { file, name: null } : file));
  const names = memberNames(named);
  const tables: EarlierPredictions[] = [];
  for (const { file } of named) {
    tables.push(await readPredictions(file));
    signal?.throwIfAborted();
  }
  const truth = annotationCsv === undefined ? null : await readTruth(annotationCsv);
  const byDir = everyHas(tables, "dir");
  const summary = new SummaryBuilder();
  const records: CombinedRecord[] = [];
  const sexes = new SexNotes();
  const failures: FailureRecord[] = [];
  for (const [index, joined] of joinPredictions(tables).entries()) {
    const record = combine(names, joined, index);
    if (truth !== null) record.boneAgeMonths = truth.of(record.imageId, byDir ? record.dir : null);
    sexes.add(joined, record);
    const present = record.members.filter(isPresent);
    if (present.length === 0 || (present.length < names.length && !allowMissing)) {
      failures.push(lacking(record));
      continue;
    }
    records.push(record);
    summary.add({ ...record, members: present });
  }
  const csv = toText(names, tables, records, allowMissing);
  const notes = [...tables.flatMap(unitNote), ...(truth?.notes() ?? []), ...sexes.notes()];
  return { csv, rows: records.length, failures, deviations: summary.build(0), notes };
}

function combine(names: readonly string[], joined: Joined, index: number): CombinedRecord {
  const { imageId, dir } = joined.find((row) => row !== undefined)!;
  const members = names.map((name, i) => ({ name, ageMonths: joined[i]?.ageMonths ?? null }));
  const months = members.filter(isPresent).map(({ ageMonths }) => ageMonths);
  const ofHeads = joined.map((row) => row?.sexHat ?? null).filter((sexHat) => sexHat !== null);
  return {
    index,
    row: firstKnown(joined, ({ row }) => row) ?? index + 1,
    imageId,
    dir,
    patientId: firstKnown(joined, ({ patientId }) => patientId) ?? "",
    sex: firstKnown(joined, ({ sex }) => sex),
    sexPredicted: joined.some((row) => row?.sexPredicted === true),
    sexFromHeader: joined.some((row) => row?.sexFromHeader === true),
    chronologicalAgeMonths: firstKnown(joined, (row) => row.chronologicalAgeMonths),
    ageFrom: firstKnown(joined, (row) => row.ageFrom),
    boneAgeMonths: firstKnown(joined, ({ boneAgeMonths }) => boneAgeMonths),
    ...{ mask: null, oriented: null, distance: null, quality: null },
    members,
    memberCount: months.length,
    ageMonths: mean(months),
    sdMonths: standardDeviation(months),
    sexHat: ofHeads.length === 0 ? null : mean(ofHeads),
  };
}

/** Throws where members have different units: a mean of months and years has no meaning. */
function unitNote({ file, rows }: EarlierPredictions): string[] {
  const unit = new AgeUnit();
  for (const { ageMonths } of rows) if (ageMonths !== null) unit.add(ageMonths);
  return unit.doubt === null ? [] : [`${file}: the predictions look like years: ${unit.doubt}`];
}

/** Counts rows for which the members were given different sexes: such a mean is of two children. */
class SexNotes {
  private count = 0;
  private first = "";

  add(joined: Joined, { row, imageId }: CombinedRecord): void {
    const sexes = new Set(joined.map((member) => member?.sex ?? null).filter((sex) => sex !== null));
    if (sexes.size < 2) return;
    if (this.count++ === 0) this.first = `row ${row}, ${imageId}`;
  }

  notes(): string[] {
    const rows = plural(this.count, "row has", "rows have");
    return this.count === 0
      ? []
      : [`${rows} different sexes in the members' files (the first: ${this.first})`];
  }
}

function lacking({ index, row, dir, imageId, members }: CombinedRecord): FailureRecord {
  const names = members.filter((member) => !isPresent(member)).map(({ name }) => name);
  const message = `no prediction of ${names.join(", ")}`;
  const file = [dir, imageId].filter(Boolean).join("/");
  return { index, row, file, code: "ERR_DEEPLASIA_ROW", message, dropped: false };
}

/** Fields that are left out where no file has their column. */
const COLUMNS_OF_FIELDS: Readonly<Record<string, string>> = {
  sex: "sex",
  sexHat: "sex_hat",
  row: "row",
  dir: "dir",
  patientId: "patient_ID",
  sexPredicted: "sex_predicted",
  sexFromHeader: "sex_from_header",
  chronologicalAgeMonths: "chronological_age",
  ageFrom: "age_from",
};

function toText(
  names: readonly string[],
  tables: readonly EarlierPredictions[],
  records: readonly CombinedRecord[],
  allowMissing: boolean,
): string {
  const isThere = (column: string | undefined) =>
    column === undefined || tables.some(({ columns }) => columns.has(column));
  const all = {
    members: names,
    hasSexHead: true,
    marksSex: true,
    hasHeaders: true,
    ...{ marksMask: false, marksQuality: false, marksDistance: false, marksOrientation: false },
  };
  const fields = ensembleFields(all).filter(({ key }) => isThere(COLUMNS_OF_FIELDS[key]));
  if (allowMissing) fields.push(field("memberCount", "members", rowNumber));
  return csvLines([fieldColumns(fields)]) + toCsv(fields, records);
}
