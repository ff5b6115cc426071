/** Prediction CSVs of every origin as one kind of record: ours, ensembles, and the reference's. */
import { posix } from "node:path";
import { numberInCell, type Sex, sexInMaleColumn, sexInPredictions } from "../data/annotations.js";
import { looseKey } from "../data/nameLikeness.js";
import { csvError } from "../data/table.js";
import { quotedNames } from "../data/tableColumns.js";
import { readWholeTable, type WholeTable } from "../data/wholeTable.js";
import { DeeplasiaError } from "../errors.js";

/** A row of a prediction CSV; null or empty for what it lacks. */
export interface TablePrediction {
  /** Data row, from 1. */
  row: number;
  imageId: string;
  dir: string;
  patientId: string;
  sex: Sex | null;
  /** Null for an empty cell, NaN for text that is no number. */
  ageMonths: number | null;
  /** The probability of male. */
  maleHat: number | null;
  truthMonths: number | null;
  cells: readonly string[];
}

export interface PredictionTable {
  table: WholeTable;
  /** The column that is evaluated. */
  column: string;
  /** All columns of predicted bone ages in months. */
  ageColumns: string[];
  hasDir: boolean;
  rows: TablePrediction[];
  /** The row of a picture, by the key of `pictureKey`. */
  byPicture: ReadonlyMap<string, TablePrediction>;
}

/** The likeliest first: what an ensemble says, then corrected predictions, then plain ones. */
const AGE_COLUMNS = ["ensemble_bone_age", "pred_bone_age", "y_hat_reg_tta", "y_hat_reg", "y_hat"];
/** The view without rotation and flip in the CSVs of a run: the reference's plain prediction. */
export const PLAIN_COLUMN = "y_hat-rot=0-no_flip";

/** Returns the key by which tables are joined: names in another form (`nameLikeness.ts`) have the same. */
export const pictureKey = (imageId: string, dir: string) =>
  `${dir.trim().normalize().replaceAll("\\", "/")}/${looseKey(imageId, "picture")}`;

/**
 * Reads a prediction CSV. `wanted` names another column of predicted ages.
 *
 * Throws `ERR_DEEPLASIA_CSV`, also for two rows about one picture, `_CSV_COLUMN` and `_ROW`.
 */
export async function readPredictionTable(file: string, wanted?: string): Promise<PredictionTable> {
  const table = await readWholeTable(file);
  const isOfRun = !table.has("image_ID") && table.has("filename");
  if (!isOfRun) table.require("image_ID");
  const ageColumns = ageColumnsOf(table, isOfRun);
  const column = wanted ?? ageColumns[0];
  if (wanted !== undefined) table.require(wanted);
  if (column === undefined) throw noAges(table);
  const rows = table.rows.map((cells, i) => readRow(table, cells, i + 1, column, isOfRun));
  const hasDir = isOfRun || table.has("dir");
  return { table, column, ageColumns, hasDir, rows, byPicture: indexed(table.file, rows) };
}

function ageColumnsOf(table: WholeTable, isOfRun: boolean): string[] {
  // In predictions of the current models y_hat is a z-score.
  const usual = isOfRun ? AGE_COLUMNS : AGE_COLUMNS.filter((name) => !name.startsWith("y_hat"));
  return [...usual, PLAIN_COLUMN].filter((name) => table.has(name));
}

function readRow(
  table: WholeTable,
  cells: readonly string[],
  row: number,
  column: string,
  isOfRun: boolean,
): TablePrediction {
  const text = (name: string) => table.cell(cells, name);
  const filename = text("filename");
  const truth = ["bone_age", "gt_bone_age", ...(isOfRun ? ["y"] : [])].find((name) => table.has(name));
  return {
    row,
    imageId: isOfRun ? posix.basename(filename) : text("image_ID"),
    dir: isOfRun ? posix.dirname(filename).replace(/^\.$/, "") : text("dir"),
    patientId: text("patient_ID"),
    sex: isOfRun ? sexInMaleColumn(text("male")) : sexInPredictions(text("sex")),
    ageMonths: numberInCell(text(column)),
    maleHat: numberInCell(text(isOfRun ? "male_hat" : "sex_hat")),
    truthMonths: truth === undefined ? null : numberInCell(text(truth)),
    cells,
  };
}

/** Throws `ERR_DEEPLASIA_CSV` for two rows about one picture. */
function indexed(file: string, rows: readonly TablePrediction[]): Map<string, TablePrediction> {
  const byPicture = new Map<string, TablePrediction>();
  for (const row of rows) {
    const key = pictureKey(row.imageId, row.dir);
    const known = byPicture.get(key);
    if (known !== undefined) {
      const name = [row.dir, row.imageId].filter(Boolean).join("/");
      const what = `rows ${known.row} and ${row.row} are both about ${name}`;
      throw csvError(file, what, "Remove one of them, or add a column dir that tells the pictures apart.");
    }
    byPicture.set(key, row);
  }
  return byPicture;
}

function noAges({ file, columns }: WholeTable): DeeplasiaError {
  const isRaw = columns.includes("y_hat");
  const what = isRaw
    ? `${file}: y_hat is a z-score, and no column has bone ages in months`
    : `${file}: no column of predicted bone ages; found: ${quotedNames(columns)}`;
  const remedy = isRaw
    ? "Predict with `deeplasia-native predict`, which writes pred_bone_age, or add that column: z * SD + mean."
    : "Name the column of predicted months pred_bone_age, or give its name as `predictionColumn`.";
  return new DeeplasiaError("ERR_DEEPLASIA_CSV_COLUMN", what, { file, remedy });
}
