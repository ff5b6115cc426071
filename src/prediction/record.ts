/** One row of the output, and how it is written: the one place that knows columns, field names and number formats. */
import { stringify } from "csv-stringify/sync";
import type { CohortRow } from "../data/annotations.js";

/** A row of the cohort (its `boneAgeMonths` is the truth, where known) and what the network says of it. */
export interface PredictionRecord extends CohortRow {
  /** Position among the selected rows, from 0. */
  index: number;
  /** The network's raw output (z-score, or months where the model says so); float32. */
  ageZ: number;
  /** Predicted bone age in months; float32. */
  ageMonths: number;
  /** Predicted probability of being male; null for a model without sex head; float32. */
  sexHat: number | null;
}

export interface FailureRecord {
  index: number;
  row: number;
  /** The file that is at fault. */
  file: string;
  /** Code of the error, `ERR_DEEPLASIA_…`. */
  code: string;
  message: string;
  /** Left out for want of a mask, as the reference does, rather than failed. */
  dropped: boolean;
}

export type OutputRecord = PredictionRecord | FailureRecord;
export type OutputFormat = "csv" | "jsonl";

export function isFailure(record: OutputRecord): record is FailureRecord {
  return "code" in record;
}

/** The reference's columns, in its order, then ours. `y_hat` is the raw output, `bone_age` the truth. */
export function predictionColumns(hasSexHead: boolean): string[] {
  const sexHat = hasSexHead ? ["sex_hat"] : [];
  return ["image_ID", "sex", "y_hat", ...sexHat, "pred_bone_age", "row", "dir", "patient_ID", "bone_age"];
}

export const FAILURE_COLUMNS = ["row", "file", "code", "message"];

/** Records as CSV lines, each ended by a newline. */
export function predictionsToCsv(records: readonly PredictionRecord[], hasSexHead: boolean): string {
  return csvLines(
    records.map((record) => [
      record.imageId,
      record.sex === null ? "" : record.sex === "M" ? "1.0" : "0.0",
      float32Text(record.ageZ),
      ...(hasSexHead ? [record.sexHat === null ? "" : float32Text(record.sexHat)] : []),
      float32Text(record.ageMonths),
      String(record.row),
      record.dir,
      record.patientId,
      record.boneAgeMonths === null ? "" : decimalText(String(record.boneAgeMonths)),
    ]),
  );
}

/** The record of a CSV line; null if it is not one. `index` is not in the file and is -1. */
export function predictionFromCsv(cells: readonly string[], hasSexHead: boolean): PredictionRecord | null {
  if (cells.length !== predictionColumns(hasSexHead).length) return null;
  const [imageId, sex, ageZ, ...others] = cells as [string, string, string, ...string[]];
  const sexHat = hasSexHead ? others.shift()! : "";
  const [ageMonths, row, dir, patientId, boneAge] = others as [string, string, string, string, string];
  if (!/^[1-9]\d*$/.test(row)) return null;
  return {
    index: -1,
    row: Number(row),
    imageId,
    dir,
    patientId,
    sex: sex === "" ? null : sex === "1.0" ? "M" : "F",
    boneAgeMonths: boneAge === "" ? null : Number(boneAge),
    ageZ: Math.fround(Number(ageZ)),
    ageMonths: Math.fround(Number(ageMonths)),
    sexHat: sexHat === "" ? null : Math.fround(Number(sexHat)),
  };
}

/** Records as JSON lines. Written by hand as `JSON.stringify` would write float32 values with 17 digits. */
export function predictionsToJsonl(records: readonly PredictionRecord[], hasSexHead: boolean): string {
  const sexHat = (record: PredictionRecord) =>
    hasSexHead ? `,"sexHat":${record.sexHat === null ? "null" : float32Text(record.sexHat)}` : "";
  const line = (record: PredictionRecord) =>
    `{"imageId":${JSON.stringify(record.imageId)},"sex":${JSON.stringify(record.sex)}` +
    `,"ageZ":${float32Text(record.ageZ)}${sexHat(record)},"ageMonths":${float32Text(record.ageMonths)}` +
    `,"row":${record.row},"dir":${JSON.stringify(record.dir)},"patientId":${JSON.stringify(record.patientId)}` +
    `,"boneAgeMonths":${JSON.stringify(record.boneAgeMonths)}}\n`;
  return records.map(line).join("");
}

/** The record of a JSON line; null if it is not one. `index` is not in the file and is -1. */
export function predictionFromJson(line: string): PredictionRecord | null {
  try {
    const record = JSON.parse(line) as Omit<PredictionRecord, "sexHat"> & { sexHat?: number | null };
    if (!Number.isInteger(record?.row)) return null;
    return {
      ...record,
      index: -1,
      ageZ: Math.fround(record.ageZ),
      ageMonths: Math.fround(record.ageMonths),
      sexHat: record.sexHat == null ? null : Math.fround(record.sexHat),
    };
  } catch {
    return null;
  }
}

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

/** Cells as CSV lines; a cell with a lone carriage return is quoted too, or a reader would end the line there. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { quoted_match: /\r/ });
}

/**
 * The fewest decimal digits that, correctly rounded, give the same float32 again, written as NumPy (and so the
 * reference) writes it: `-2.0`, `127.316574`, `1e-05`.
 *
 * @param value a finite float32 value
 */
export function float32Text(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  for (let digits = 1; digits < 9; digits++) {
    const text = roundHalfEven(value, digits);
    if (Math.fround(Number(text)) === value) return decimalText(text);
  }
  return decimalText(value.toPrecision(9));
}

/** `toPrecision`, which takes the larger of two equally near decimals, where NumPy takes the even one. */
function roundHalfEven(value: number, digits: number): string {
  const exact = value.toExponential(digits);
  const [mantissa = "", exponent] = exact.split("e");
  const isTie = mantissa.endsWith("5") && Number(exact) === value;
  const isEven = /[02468]\.?5$/.test(mantissa);
  return isTie && isEven ? `${mantissa.slice(0, -1)}e${exponent}` : value.toExponential(digits - 1);
}

/** A decimal number in Python's notation: always a point or an exponent, which starts at 1e16 and below 1e-4. */
function decimalText(text: string): string {
  const [mantissa = "", exponentText = "0"] = Number(text).toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  const digits = mantissa.replace(/[-.]/g, "").length;
  return Number(text).toFixed(Math.max(digits - 1 - exponent, 1));
}
