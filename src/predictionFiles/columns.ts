/** Converts records to lines of files and back. It is the one place that knows the columns and the keys of JSON lines. */
import type { Contract } from "../contract/contract.js";
import { csvLines } from "../data/csvLines.js";
import type { EnsembleRecord, FailureRecord, PredictionRecord } from "../records/record.js";
import {
  type Field,
  field,
  flag,
  flags,
  float32,
  intervalsField,
  madeMaskField,
  maybeText,
  membersField,
  months,
  plainText,
  rowNumber,
  sex,
  spreadField,
  viewsField,
} from "./fields.js";

export type OutputFormat = "csv" | "jsonl";

/** What the lines of predictions hold. */
export interface Layout extends Marks {
  format: OutputFormat;
  /** Names of an ensemble's members, in order; null: predictions of one model. */
  members: readonly string[] | null;
  hasSexHead: boolean;
  /** Networks in the model whose distribution of the age has columns; 0 or left out: the model returns a value. */
  spreadMembers?: number | undefined;
  /** Levels of the prediction intervals of one model; left out: it has none. */
  intervals?: readonly number[] | undefined;
  /** Names of the views with columns of their own; left out: there is one view. */
  views?: readonly string[] | undefined;
  /** Unit of the network's own output; null for an ensemble, whose lines have no such output. */
  ageUnit: Contract["ageUnit"] | null;
}

/** The parts of a layout that add columns of facts about the child, the mask and the picture. */
export const MARKS = [
  "marksSex", // which sexes were predicted
  "hasHeaders", // what the headers of DICOM files state: where the sex comes from, and the age
  "marksMask", // the masks that a model made
  "marksQuality", // what the quality checks found
  "marksDistance", // the distance of the features from those of the training pictures
  "marksOrientation", // how pictures were turned and inverted
] as const;
export type Mark = (typeof MARKS)[number];
/** Which of them a layout has. */
export type Marks = Record<Mark, boolean>;

/** Returns an object with a value for each mark. */
export function eachMark<T>(value: (mark: Mark) => T): Record<Mark, T> {
  return Object.fromEntries(MARKS.map((mark) => [mark, value(mark)])) as Record<Mark, T>;
}

export type AnyPrediction = PredictionRecord | EnsembleRecord;

const PLACE = [
  field("row", "row", rowNumber),
  field("dir", "dir", plainText),
  field("patientId", "patient_ID", plainText),
];

/** Where facts about the child and the mask come from. The age is in the columns of `cohort import dicom`. */
const originFields = (marks: Marks): Field[] => [
  ...(marks.marksSex ? [field("sexPredicted", "sex_predicted", flag)] : []),
  ...(marks.hasHeaders ? HEADER : []),
  ...(marks.marksMask ? [madeMaskField] : []),
  ...(marks.marksOrientation ? [field("oriented", "oriented", flags)] : []),
  ...(marks.marksDistance ? [field("distance", "feature_distance", float32)] : []),
  ...(marks.marksQuality ? [field("quality", "quality", flags)] : []),
];

const viewFields = ({ views, hasSexHead }: Pick<Layout, "views" | "hasSexHead">): Field[] =>
  views === undefined ? [] : [viewsField(views, hasSexHead)];

/** Returns the marks of a layout. */
export const marksOf = (layout: Marks): Marks => eachMark((mark) => layout[mark]);

export const ALL_MARKS: Marks = eachMark(() => true);
const HEADER = [
  field("sexFromHeader", "sex_from_header", flag),
  field("chronologicalAgeMonths", "chronological_age", months),
  field("ageFrom", "age_from", maybeText),
];

/** The reference's columns, in its order, then ours. `y_hat` is the raw output, `bone_age` the truth. */
function singleFields(layout: Layout): Field[] {
  return [
    field("imageId", "image_ID", plainText),
    field("sex", "sex", sex),
    field(layout.ageUnit === "months" ? "rawMonths" : "ageZ", "y_hat", float32),
    ...(layout.hasSexHead ? [field("sexHat", "sex_hat", float32)] : []),
    field("ageMonths", "pred_bone_age", float32),
    ...(layout.spreadMembers ? [spreadField(layout.spreadMembers)] : []),
    ...(layout.intervals === undefined ? [] : [intervalsField(layout.intervals)]),
    ...PLACE,
    field("boneAgeMonths", "bone_age", months),
    ...originFields(layout),
    ...viewFields(layout),
  ];
}

/** The reference's ensemble columns, in its order, then ours: spread between members first. */
export function ensembleFields({
  members,
  hasSexHead,
  views,
  ...origins
}: Omit<Layout, "format" | "ageUnit">): Field[] {
  return [
    field("imageId", "image_ID", plainText),
    membersField(members ?? []),
    field("ageMonths", "ensemble_bone_age", float32),
    field("boneAgeMonths", "gt_bone_age", months),
    field("sdMonths", "ensemble_sd", float32),
    field("sex", "sex", sex),
    ...(hasSexHead ? [field("sexHat", "sex_hat", float32)] : []),
    ...PLACE,
    ...originFields(origins),
    ...viewFields({ views, hasSexHead }),
  ];
}

function fieldsOf(layout: Layout): Field[] {
  return layout.members === null ? singleFields(layout) : ensembleFields(layout);
}

export function fieldColumns(fields: readonly Field[]): string[] {
  return fields.flatMap(({ columns }) => columns);
}

/** Records as CSV lines, each ended by a newline. */
export function toCsv(fields: readonly Field[], records: readonly object[]): string {
  return csvLines(
    records.map((record) => fields.flatMap(({ key, toCells }) => toCells(record[key as keyof object]))),
  );
}

export function predictionColumns(layout: Layout): string[] {
  return fieldColumns(fieldsOf(layout));
}

/** Records in the layout's format, a line each. */
export function predictionsToText(records: readonly AnyPrediction[], layout: Layout): string {
  const fields = fieldsOf(layout);
  if (layout.format === "csv") return toCsv(fields, records);
  const line = (record: AnyPrediction) =>
    fields.map(({ key, toJson }) => `"${key}":${toJson(record[key as keyof AnyPrediction])}`).join();
  return records.map((record) => `{${line(record)}}\n`).join("");
}

/** Values of fields that a line lacks: `index` is in none, the others are in some layouts only. */
const absent = ({ members }: Layout): Record<string, unknown> => ({
  ...{
    index: -1,
    sexHat: null,
    sexPredicted: false,
    mask: null,
    oriented: null,
    distance: null,
    quality: null,
  },
  ...{ sexFromHeader: false, chronologicalAgeMonths: null, ageFrom: null },
  ...(members === null ? { ageZ: null, rawMonths: null } : {}),
});

/** The record of a CSV line; null if it is not one. */
export function predictionFromCsv(cells: readonly string[], layout: Layout): AnyPrediction | null {
  const fields = fieldsOf(layout);
  if (cells.length !== fieldColumns(fields).length) return null;
  const record = absent(layout);
  let at = 0;
  for (const { key, columns, fromCells } of fields) {
    record[key] = fromCells(cells.slice(at, at + columns.length));
    at += columns.length;
  }
  return isRowNumber(record.row) ? (record as unknown as AnyPrediction) : null;
}

/** The record of a JSON line; null if it is not one. */
export function predictionFromJson(line: string, layout: Layout): AnyPrediction | null {
  try {
    const json = JSON.parse(line) as Record<string, unknown>;
    const record = absent(layout);
    for (const { key, fromJson } of fieldsOf(layout)) record[key] = fromJson(json[key]);
    return isRowNumber(record.row) ? (record as unknown as AnyPrediction) : null;
  } catch {
    return null;
  }
}

function isRowNumber(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0;
}

export const FAILURE_COLUMNS = ["row", "file", "code", "message"];

/** Failures as CSV lines. */
export function failuresToCsv(records: readonly FailureRecord[]): string {
  return csvLines(records.map(({ row, file, code, message }) => [String(row), file, code, message]));
}

/** The record of a line of a failures file; null if it is not one. `index` is not in the file and is -1. */
export function failureFromCsv(cells: readonly string[]): FailureRecord | null {
  const [row, file, code, message] = cells;
  if (cells.length !== FAILURE_COLUMNS.length || !/^[1-9]\d*$/.test(row!)) return null;
  const dropped = code === "ERR_DEEPLASIA_MASK_MISSING";
  return { index: -1, row: Number(row), file: file!, code: code!, message: message!, dropped };
}
