/**
 * Annotation CSVs: one row per picture with the columns `image_ID, dir, patient_ID, sex, bone_age` in any order; other
 * columns are ignored. Prediction CSVs, ours and the reference's, are accepted too; they hold 1.0 for M and 0.0 for F.
 *
 * A row that cannot be used does not stop the others: the reader yields a `BadRow` in its place.
 */

import { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";
import { isUnknown, parseSex, type Sex } from "../words.js";
import { openTable, type RecordWatch, type Table } from "./table.js";
import { columnIndex, findColumn } from "./tableColumns.js";

export { parseSex, type Sex } from "../words.js";

/** A row of an annotation CSV. */
export interface CohortRow {
  /** Number of the data row, from 1; the header and blank lines are not counted. */
  row: number;
  /** File name of the picture, with its extension. */
  imageId: string;
  /** Folder below the image root and below every mask root; empty for the root itself. */
  dir: string;
  /** Text, so `01` stays `01`; empty if the file has none. */
  patientId: string;
  /** Null if the file has none. */
  sex: Sex | null;
  /** Bone age in months; null if not known. */
  boneAgeMonths: number | null;
}

/** A row that cannot be used: what could be read of it, and the reason. */
export interface BadRow {
  row: number;
  imageId: string;
  dir: string;
  /** Null if cells are shifted or missing, so that the patient is not known. */
  patientId: string | null;
  error: DeeplasiaError;
}

/**
 * How strictly the sex of a row is read.
 * - `needed`: a row without `M` or `F` is a bad row.
 * - `where-given`: an empty cell or a missing column is accepted (the sex is then predicted); an unknown word is an error.
 * - `ignored`: every value that is not a sex is read as none.
 */
export type SexNeed = "needed" | "where-given" | "ignored";

/** The options of `readAnnotations`. */
export interface AnnotationOptions extends RecordWatch {
  sexNeed: SexNeed;
  /** Whether the file must have a `patient_ID` column; splits are joined on it. */
  requirePatientId?: boolean;
  /** Whether the file must have a `bone_age` column. */
  requireBoneAge?: boolean;
  /** Called with each bone age in months. */
  onAge?: ((row: number, months: number) => void) | undefined;
  /** Called with a bone age that is not a number; the row then has none. Without it such a row is a bad row. */
  onUnreadAge?: ((row: number, text: string) => void) | undefined;
}

/**
 * Streams the rows of an annotation CSV. The column `image_ID` is required; `dir`, `patient_ID` and `bone_age` are optional.
 * A column `male` with True and False may replace `sex`.
 *
 * Throws `ERR_DEEPLASIA_CSV` or `ERR_DEEPLASIA_CSV_COLUMN` if the file as a whole cannot be used.
 */
export async function* readAnnotations(
  file: string,
  options: AnnotationOptions,
): AsyncGenerator<CohortRow | BadRow> {
  const table = await openTable(file);
  const columns = locateColumns(table, options);
  let row = 0;
  for await (const cells of table.records(options)) {
    row += 1;
    yield readRow(table, columns, cells, row, options);
  }
}

/** Positions of the columns; -1 for a column that the file does not have. */
interface Columns {
  imageId: number;
  dir: number;
  patientId: number;
  sex: number;
  boneAge: number;
  /** A column `male` beside the column `sex`. */
  male: number;
  /** Parses a cell of the sex column; null for a word that is not a sex there. */
  sexOf(text: string): Sex | null;
}

function locateColumns(table: Table, options: AnnotationOptions): Columns {
  const find = (name: string, needed = false) =>
    needed ? columnIndex(table, name) : findColumn(table, name);
  const isPredictions = ["y_hat", "pred_bone_age", "ensemble_bone_age"].some((name) => find(name) >= 0);
  const hasMale = find("sex") < 0 && find("male") >= 0;
  const truth = find("bone_age") < 0 && isPredictions && find("gt_bone_age") >= 0;
  return {
    imageId: find("image_ID", true),
    dir: find("dir"),
    patientId: find("patient_ID", options.requirePatientId),
    sex: hasMale ? find("male") : find("sex", options.sexNeed === "needed"),
    male: hasMale || isPredictions ? -1 : find("male"),
    boneAge: truth ? find("gt_bone_age") : find("bone_age", options.requireBoneAge),
    sexOf: hasMale ? sexInMaleColumn : isPredictions ? sexInPredictions : parseSex,
  };
}

function readRow(
  table: Table,
  columns: Columns,
  cells: string[],
  row: number,
  options: AnnotationOptions,
): CohortRow | BadRow {
  const [imageId, dir] = [columns.imageId, columns.dir].map((i) => withoutBlanks(cells[i] ?? "")) as [
    string,
    string,
  ];
  const place = { file: table.file, row };
  if (cells.length !== table.columns.length) {
    const what = `${plural(cells.length, "cell")} where the header has ${table.columns.length}`;
    const remedy = "Write one cell for each column, and quote cells that hold the delimiter.";
    const error = new DeeplasiaError("ERR_DEEPLASIA_ROW", what, { ...place, remedy });
    return { row, imageId, dir, patientId: null, error };
  }
  const patientId = cells[columns.patientId] ?? "";
  try {
    checkPictureName(imageId, dir);
    const boneAgeMonths = readBoneAge(cells[columns.boneAge] ?? "", row, options);
    const sex = readSex(cells[columns.sex] ?? "", columns, options);
    if (options.sexNeed !== "ignored") checkMale(sex, cells[columns.male] ?? "");
    return { row, imageId, dir, patientId, sex, boneAgeMonths };
  } catch (error) {
    if (!(error instanceof DeeplasiaError)) throw error;
    return { row, imageId, dir, patientId, error: error.at(place) };
  }
}

/** Returns an empty text for a cell of blanks, else the cell unchanged, because file names may hold blanks. */
const withoutBlanks = (cell: string) => (cell.trim() === "" ? "" : cell);

function checkPictureName(imageId: string, dir: string): void {
  if (imageId === "") {
    throw new DeeplasiaError("ERR_DEEPLASIA_ROW", "image_ID is empty", {
      remedy: "Write the picture's file name.",
    });
  }
  if (imageId.includes("\0") || dir.includes("\0")) {
    throw new DeeplasiaError("ERR_DEEPLASIA_ROW", "the picture's name holds a NUL byte", {
      remedy: "Export the CSV again; it is damaged.",
    });
  }
  // Decoders write U+FFFD in place of bytes that are not UTF-8.
  if (imageId.includes("\ufffd") || dir.includes("\ufffd")) {
    throw new DeeplasiaError("ERR_DEEPLASIA_ROW", `the picture's name is not UTF-8 text: ${dir}/${imageId}`, {
      remedy: 'Save the file as "CSV UTF-8".',
    });
  }
}

/** Parses the sex in a prediction CSV: 1.0 is male, as the reference and this package write it; or a word for a sex. */
export function sexInPredictions(text: string): Sex | null {
  if (/^1(\.0)?$/.test(text.trim())) return "M";
  return /^0(\.0)?$/.test(text.trim()) ? "F" : parseSex(text);
}

/** Parses the sex in a column `male`: `True` or `1` is male; words for a sex are accepted as well. */
export function sexInMaleColumn(text: string): Sex | null {
  const word = text.trim().toLowerCase();
  if (/^(true|t|yes|1(\.0)?)$/.test(word)) return "M";
  return /^(false|no|0(\.0)?)$/.test(word) ? "F" : parseSex(word);
}

function readSex(text: string, { sexOf }: Columns, { sexNeed }: AnnotationOptions): Sex | null {
  const sex = sexOf(text);
  const mayBeUnknown = sexNeed === "ignored" || (sexNeed === "where-given" && isUnknown(text));
  if (sex === null && !mayBeUnknown) throw unknownSex(text);
  return sex;
}

/** Throws ERR_DEEPLASIA_SEX if the columns sex and male differ. */
function checkMale(sex: Sex | null, male: string): void {
  const other = sexInMaleColumn(male);
  if (sex === null || other === null || sex === other) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_SEX", `the columns sex and male differ: ${sex}, "${male}"`, {
    remedy: "Correct one of them, or remove the column male.",
  });
}

function unknownSex(text: string): DeeplasiaError {
  const what = text.trim() === "" ? "sex is empty" : `unknown sex "${text}"`;
  const words = /^[01]/.test(text.trim()) ? "1 and 0" : "True and False";
  const remedy =
    sexInMaleColumn(text) === null
      ? "Write M or F: the model needs the sex."
      : `Write M or F; ${words} are accepted in a column named "male".`;
  return new DeeplasiaError("ERR_DEEPLASIA_SEX", what, { remedy });
}

/** Returns the bone age in months; null if it is not known. */
function readBoneAge(text: string, row: number, { onAge, onUnreadAge }: AnnotationOptions): number | null {
  const months = numberInCell(text);
  if (months === null) return null;
  if (Number.isFinite(months)) {
    onAge?.(row, months);
    return months;
  }
  if (onUnreadAge === undefined) {
    throw new DeeplasiaError("ERR_DEEPLASIA_ROW", `bone_age is not a number: "${text}"`, {
      remedy: "Write months as a number, or leave the cell empty.",
    });
  }
  onUnreadAge(row, text);
  return null;
}

/** Returns why a valid row cannot be used for training; null if it can. */
export function whyUntrainable({ row, boneAgeMonths }: CohortRow, file: string): DeeplasiaError | null {
  if (boneAgeMonths !== null) return null;
  return new DeeplasiaError("ERR_DEEPLASIA_ROW", "bone_age is empty", {
    file,
    row,
    remedy: "Write the bone age in months, or remove the row from the split.",
  });
}

/** Parses a number; null for an empty or `NA` cell, NaN for other text. Files with semicolons have decimal commas. */
export function numberInCell(text: string): number | null {
  if (isUnknown(text)) return null;
  const word = text.trim();
  return /^[-+]?(\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?$/i.test(word) ? Number(word.replace(",", ".")) : Number.NaN;
}
