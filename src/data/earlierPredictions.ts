/** Prediction CSVs of earlier runs: this package's and the reference's, which have fewer columns. */
import { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";
import { AGE_SOURCES, type AgeSource } from "./ageSource.js";
import { numberInCell, type Sex, sexInPredictions } from "./annotations.js";
import { openTable } from "./table.js";
import { columnIndex, findColumn } from "./tableColumns.js";

/** A row of a prediction CSV; null or empty for missing values. */
export interface EarlierPrediction {
  imageId: string;
  dir: string;
  patientId: string;
  /** Row of the cohort, from 1. */
  row: number | null;
  sex: Sex | null;
  sexPredicted: boolean;
  /** float32. */
  sexHat: number | null;
  /** float32; null for an empty cell and for NaN. */
  ageMonths: number | null;
  boneAgeMonths: number | null;
  sexFromHeader: boolean;
  chronologicalAgeMonths: number | null;
  ageFrom: AgeSource | null;
}

/** A prediction CSV. */
export interface EarlierPredictions {
  file: string;
  columns: ReadonlySet<string>;
  /** The data rows in the order of the file. */
  rows: EarlierPrediction[];
}

const NEEDED = ["image_ID", "pred_bone_age"] as const;
const OTHERS = [
  ...(["dir", "patient_ID", "row", "sex", "sex_predicted", "sex_hat", "bone_age"] as const),
  ...(["sex_from_header", "chronological_age", "age_from"] as const),
] as const;
type Column = (typeof NEEDED)[number] | (typeof OTHERS)[number];

/** Positions of the columns by their names. */
type Positions = ReadonlyMap<Column, number>;

/**
 * Reads a whole prediction CSV. It must have `image_ID` and `pred_bone_age`.
 *
 * Throws `ERR_DEEPLASIA_CSV`, `ERR_DEEPLASIA_CSV_COLUMN`, and `ERR_DEEPLASIA_ROW` for a cell that is not a number.
 */
export async function readPredictions(file: string): Promise<EarlierPredictions> {
  const table = await openTable(file);
  const positions = new Map<Column, number>();
  for (const name of NEEDED) positions.set(name, columnIndex(table, name));
  for (const name of OTHERS) if (findColumn(table, name) >= 0) positions.set(name, findColumn(table, name));
  const rows: EarlierPrediction[] = [];
  const width = table.columns.length;
  for await (const cells of table.records()) {
    const row = rows.length + 1;
    if (cells.length !== width) {
      const what = `${plural(cells.length, "cell")} where the header has ${width}`;
      throw new DeeplasiaError("ERR_DEEPLASIA_ROW", what, { file, row, remedy: "Predict again." });
    }
    rows.push(readRow(file, positions, cells, row));
  }
  return { file, columns: new Set(positions.keys()), rows };
}

function readRow(
  file: string,
  positions: Positions,
  cells: readonly string[],
  row: number,
): EarlierPrediction {
  const text = (column: Column) => cells[positions.get(column) ?? -1] ?? "";
  const flag = (column: Column) => /^true$/i.test(text(column).trim());
  const number = (column: Column) => {
    const value = numberInCell(text(column));
    if (value === null || Number.isFinite(value)) return value;
    const what = `${column} is not a number: "${text(column)}"`;
    throw new DeeplasiaError("ERR_DEEPLASIA_ROW", what, { file, row, remedy: "Write months as a number." });
  };
  const float32 = (column: Column) => {
    const value = number(column);
    return value === null ? null : Math.fround(value);
  };
  return {
    imageId: text("image_ID"),
    dir: text("dir"),
    patientId: text("patient_ID"),
    row: number("row"),
    sex: sexInPredictions(text("sex")),
    sexPredicted: flag("sex_predicted"),
    sexHat: float32("sex_hat"),
    ageMonths: float32("pred_bone_age"),
    boneAgeMonths: number("bone_age"),
    sexFromHeader: flag("sex_from_header"),
    chronologicalAgeMonths: number("chronological_age"),
    ageFrom: AGE_SOURCES.find((source) => source === text("age_from").trim()) ?? null,
  };
}
