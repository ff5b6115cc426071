/**
 * Annotation CSVs: one row a picture, `image_ID, dir, patient_ID, sex, bone_age` in any order, other columns ignored.
 * Files of predictions, ours and the reference's, can be read as such too: they say 1.0 for M and 0.0 for F.
 *
 * A row that cannot be used never stops the others: it comes out as a `BadRow`, in its place.
 */

import { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";
import { isUnknown, parseSex, type Sex } from "../words.js";
import { openTable, type RecordWatch, type Table } from "./table.js";
import { columnIndex, findColumn } from "./tableColumns.js";

export { parseSex, type Sex } from "../words.js";

export interface CohortRow {
  /** Data row of the CSV, from 1; the header is not counted, nor are lines with nothing in their cells. */
  row: number;
  /** File name of the picture, with its extension. */
  imageId: string;
  /** Folder below the image root and below every mask root; empty for the root itself. */
  dir: string;
  /** Text, so `01` stays `01`; empty where the file has none. */
  patientId: string;
  /** Null where the file has none; then the model may not need it. */
  sex: Sex | null;
  /** Bone age in months, where known. */
  boneAgeMonths: number | null;
}

/** A row that cannot be used; what could be read of it, and why. */
export interface BadRow {
  row: number;
  imageId: string;
  dir: string;
  /** Null where the cells are shifted or missing, so that it cannot be told whose row it is. */
  patientId: string | null;
  error: DeeplasiaError;
}

/**
 * What to make of a row's sex. `needed`: a row without `M` or `F` is a bad row. `where-given`: an empty cell, or no
 * such column, is fine (the sex is predicted then), an unknown word is not. `ignored`: whatever is not a sex is none.
 */
export type SexNeed = "needed" | "where-given" | "ignored";

export interface AnnotationOptions extends RecordWatch {
  sexNeed: SexNeed;
  /** Whether there must be a `patient_ID` column (splits are joined on it). */
  requirePatientId?: boolean;
  /** Whether there must be a `bone_age` column. */
  requireBoneAge?: boolean;
  /** Told of each bone age, months. */
  onAge?: ((row: number, months: number) => void) | undefined;
  /** Told of a bone age that is no number; the row counts as one without. Else such a row is a bad row. */
  onUnreadAge?: ((row: number, text: string) => void) | undefined;
}

/**
 * Stream the rows of an annotation CSV. Needs the column `image_ID`; `dir`, `patient_ID` and `bone_age` may be missing. In
 * place of `sex` there may be a column `male` with True and False.
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

/** Positions of the columns; -1: not in this file. */
interface Columns {
  imageId: number;
  dir: number;
  patientId: number;
  sex: number;
  boneAge: number;
  /** A column that says whether a child is male beside the one that says the sex. */
  male: number;
  /** Null for a word that is no sex in that column. */
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
    const remedy = "Quote cells that hold the delimiter, and write one cell for each column.";
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

/** A cell of nothing but blanks is empty; others are as they are, as a file's name may have blanks. */
const withoutBlanks = (cell: string) => (cell.trim() === "" ? "" : cell);

function checkPictureName(imageId: string, dir: string): void {
  if (imageId === "") {
    throw new DeeplasiaError("ERR_DEEPLASIA_ROW", "image_ID is empty", {
      remedy: "Write the picture's file name.",
    });
  }
  if (imageId.includes("\0") || dir.includes("\0")) {
    throw new DeeplasiaError("ERR_DEEPLASIA_ROW", "the picture's name holds a NUL byte", {
      remedy: "Write the CSV again; it was damaged.",
    });
  }
  // What a decoder puts in place of bytes that are not UTF-8.
  if (imageId.includes("\ufffd") || dir.includes("\ufffd")) {
    throw new DeeplasiaError("ERR_DEEPLASIA_ROW", `the picture's name is not UTF-8 text: ${dir}/${imageId}`, {
      remedy: 'Save the file as "CSV UTF-8".',
    });
  }
}

/** As the reference and we write it, 1.0 for male; or as people do. */
export function sexInPredictions(text: string): Sex | null {
  if (/^1(\.0)?$/.test(text.trim())) return "M";
  return /^0(\.0)?$/.test(text.trim()) ? "F" : parseSex(text);
}

/** The sex in a column that says whether a child is male (`True`, `1`), or says the sex itself. */
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

/** Of two columns that say the sex neither is believed where they differ. */
function checkMale(sex: Sex | null, male: string): void {
  const other = sexInMaleColumn(male);
  if (sex === null || other === null || sex === other) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_SEX", `the columns sex and male differ: ${sex}, "${male}"`, {
    remedy: "Correct one of them, or take the column male out.",
  });
}

function unknownSex(text: string): DeeplasiaError {
  const what = text.trim() === "" ? "sex is empty" : `unknown sex "${text}"`;
  const words = /^[01]/.test(text.trim()) ? "1 and 0" : "True and False";
  const remedy =
    sexInMaleColumn(text) === null
      ? "Write M or F: the model needs the sex."
      : `Write M or F; ${words} are understood in a column named "male".`;
  return new DeeplasiaError("ERR_DEEPLASIA_SEX", what, { remedy });
}

/** Months, or null where they are not known. */
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

/** Why a row is of no use for training though it can be read; null where it is of use. */
export function whyUntrainable({ row, boneAgeMonths }: CohortRow, file: string): DeeplasiaError | null {
  if (boneAgeMonths !== null) return null;
  return new DeeplasiaError("ERR_DEEPLASIA_ROW", "bone_age is empty", {
    file,
    row,
    remedy: "Write the bone age in months, or take the row out of the split.",
  });
}

/** A number; null for an empty or `NA` cell, NaN for other text. A decimal comma comes with semicolon files. */
export function numberInCell(text: string): number | null {
  if (isUnknown(text)) return null;
  const word = text.trim();
  return /^[-+]?(\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?$/i.test(word) ? Number(word.replace(",", ".")) : Number.NaN;
}
