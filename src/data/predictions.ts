/** Prediction CSVs of earlier runs: this program's, and the reference's, which have fewer columns. */
import { DeeplasiaError } from "../errors.js";
import { numberInCell, parseSex, type Sex } from "./annotations.js";
import { columnIndex, openTable, type Table } from "./table.js";

/** A row of a prediction CSV; null or empty where the file says nothing. */
export interface EarlierPrediction {
  imageId: string;
  dir: string;
  patientId: string;
  /** Row of the cohort that it is about, from 1. */
  row: number | null;
  sex: Sex | null;
  sexPredicted: boolean;
  /** float32. */
  sexHat: number | null;
  /** float32; null for an empty cell and for NaN. */
  ageMonths: number | null;
  boneAgeMonths: number | null;
}

export interface EarlierPredictions {
  file: string;
  columns: ReadonlySet<string>;
  /** The data rows in the order of the file. */
  rows: EarlierPrediction[];
}

/**
 * Read a prediction CSV whole. It needs `image_ID` and `pred_bone_age`.
 *
 * Throws `ERR_DEEPLASIA_CSV`, `ERR_DEEPLASIA_CSV_COLUMN`, or `ERR_DEEPLASIA_ROW` for a cell that is no number.
 */
export async function readPredictions(file: string): Promise<EarlierPredictions> {
  const table = await openTable(file);
  for (const needed of ["image_ID", "pred_bone_age"]) columnIndex(table, needed);
  const rows: EarlierPrediction[] = [];
  for await (const cells of table.records()) rows.push(readRow(table, cells, rows.length + 1));
  return { file, columns: new Set(table.columns), rows };
}

function readRow({ file, columns }: Table, cells: readonly string[], row: number): EarlierPrediction {
  const fail = (what: string, remedy: string) =>
    new DeeplasiaError("ERR_DEEPLASIA_ROW", what, { file, row, remedy });
  if (cells.length !== columns.length)
    throw fail(`${cells.length} cells where the header has ${columns.length}`, "Predict again.");
  const text = (column: string) => cells[columns.indexOf(column)] ?? "";
  const number = (column: string) => {
    const value = numberInCell(text(column));
    if (value === null || Number.isFinite(value)) return value;
    throw fail(`${column} is not a number: "${text(column)}"`, "Write months as a number.");
  };
  const float32 = (column: string) => {
    const value = number(column);
    return value === null ? null : Math.fround(value);
  };
  return {
    imageId: text("image_ID"),
    dir: text("dir"),
    patientId: text("patient_ID"),
    row: number("row"),
    sex: readSex(text("sex")),
    sexPredicted: text("sex_predicted") === "True",
    sexHat: float32("sex_hat"),
    ageMonths: float32("pred_bone_age"),
    boneAgeMonths: number("bone_age"),
  };
}

/** As the reference writes it, 1.0 for male; or as people do. */
function readSex(text: string): Sex | null {
  if (text === "1.0" || text === "1") return "M";
  return text === "0.0" || text === "0" ? "F" : parseSex(text);
}
