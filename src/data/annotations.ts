/**
 * Annotation CSVs: one row a picture, `image_ID, dir, patient_ID, sex, bone_age` in any order, other columns ignored.
 *
 * A row that cannot be used never stops the others: it comes out as a `BadRow`, in its place.
 */
import { DeeplasiaError } from "../errors.js";
import { columnIndex, openTable, type Table } from "./table.js";

export type Sex = "M" | "F";

export interface CohortRow {
  /** Data row of the CSV, from 1; the header and blank lines are not counted. */
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

export interface AnnotationOptions {
  sexNeed: SexNeed;
  /** Whether there must be a `patient_ID` column (splits are joined on it). */
  requirePatientId?: boolean;
  /** Sees every byte of the file as it is read, for a hash. */
  onBytes?: ((bytes: Buffer) => void) | undefined;
}

/**
 * Stream the rows of an annotation CSV. Needs the column `image_ID`; `dir`, `patient_ID` and `bone_age` may be missing.
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
  for await (const cells of table.records(options.onBytes)) {
    row += 1;
    yield readRow(table, columns, cells, row, options.sexNeed);
  }
}

/** Positions of the columns; -1: not in this file. */
interface Columns {
  imageId: number;
  dir: number;
  patientId: number;
  sex: number;
  boneAge: number;
}

function locateColumns(table: Table, options: AnnotationOptions): Columns {
  const find = (name: string, needed: boolean) =>
    needed ? columnIndex(table, name) : table.columns.indexOf(name);
  return {
    imageId: find("image_ID", true),
    dir: find("dir", false),
    patientId: find("patient_ID", options.requirePatientId === true),
    sex: find("sex", options.sexNeed === "needed"),
    boneAge: find("bone_age", false),
  };
}

function readRow(
  table: Table,
  columns: Columns,
  cells: string[],
  row: number,
  sexNeed: SexNeed,
): CohortRow | BadRow {
  const imageId = cells[columns.imageId] ?? "";
  const dir = cells[columns.dir] ?? "";
  const place = { file: table.file, row };
  if (cells.length !== table.columns.length) {
    const what = `${cells.length} cells where the header has ${table.columns.length}`;
    const remedy = "Quote cells that hold the delimiter, and write one cell for each column.";
    const error = new DeeplasiaError("ERR_DEEPLASIA_ROW", what, { ...place, remedy });
    return { row, imageId, dir, patientId: null, error };
  }
  const patientId = cells[columns.patientId] ?? "";
  try {
    checkPictureName(imageId, dir);
    const sex = readSex(cells[columns.sex] ?? "", sexNeed);
    return { row, imageId, dir, patientId, sex, boneAgeMonths: parseBoneAge(cells[columns.boneAge] ?? "") };
  } catch (error) {
    if (!(error instanceof DeeplasiaError)) throw error;
    return { row, imageId, dir, patientId, error: error.at(place) };
  }
}

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

/**
 * `M`, `F`, `male` or `female`, in any case; null for every other text.
 *
 * The reference takes everything but an exact `M` as female, so `m` and `Male` were wrong there; here they are male,
 * and what cannot be read is an error where sex matters.
 */
export function parseSex(text: string): Sex | null {
  const word = text.trim().toLowerCase();
  if (word === "m" || word === "male") return "M";
  if (word === "f" || word === "female") return "F";
  return null;
}

function readSex(text: string, need: SexNeed): Sex | null {
  const sex = parseSex(text);
  const mayBeUnknown = need === "ignored" || (need === "where-given" && isUnknown(text));
  if (sex === null && !mayBeUnknown) throw unknownSex(text);
  return sex;
}

/** Whether a cell says that nothing is known. */
function isUnknown(text: string): boolean {
  return /^(|na|n\/a|nan|null|none)$/i.test(text.trim());
}

function unknownSex(text: string): DeeplasiaError {
  const what = text.trim() === "" ? "sex is empty" : `unknown sex "${text}"`;
  return new DeeplasiaError("ERR_DEEPLASIA_SEX", what, { remedy: "Write M or F: the model needs the sex." });
}

/** Months, or null for an empty cell. */
function parseBoneAge(text: string): number | null {
  const months = numberInCell(text);
  if (months === null || Number.isFinite(months)) return months;
  throw new DeeplasiaError("ERR_DEEPLASIA_ROW", `bone_age is not a number: "${text}"`, {
    remedy: "Write months as a number, or leave the cell empty.",
  });
}

/** A number; null for an empty or `NA` cell, NaN for other text. A decimal comma comes with semicolon files. */
export function numberInCell(text: string): number | null {
  if (isUnknown(text)) return null;
  const word = text.trim();
  return /^[-+]?(\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?$/i.test(word) ? Number(word.replace(",", ".")) : Number.NaN;
}
