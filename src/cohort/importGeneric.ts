/** Imports any table of pictures with a map from fields to the names of its columns. */
import { posix } from "node:path";
import { sexInMaleColumn } from "../data/annotations.js";
import { openTable, type Table } from "../data/table.js";
import { columnIndex } from "../data/tableColumns.js";
import { DeeplasiaError } from "../errors.js";
import { nearestHint } from "../nearest.js";
import { COLUMN_MAP_FIELDS, type ColumnMap } from "../options/cohort.js";
import { monthsInCell } from "./cells.js";
import { ImportResult } from "./importResult.js";
import { PictureIndex } from "./pictureIndex.js";

type Field = Exclude<(typeof COLUMN_MAP_FIELDS)[number], "unit">;
const UNITS = ["months", "years"] as const;

/** The options of `importGeneric`. */
export interface GenericOptions {
  map: ColumnMap;
  /** Root of the pictures; undefined if they are not searched. */
  imgDir?: string | undefined;
  /** Rows with these pictures are left out. */
  exclude: readonly string[];
  signal?: AbortSignal | undefined;
}

/** A checked map: the column of each field, and the unit of the ages. */
interface CheckedMap {
  columns: Partial<Record<Field, string>>;
  unit: (typeof UNITS)[number];
}

/** Checks a map. Throws ERR_DEEPLASIA_OPTION if it is incomplete or contradicts itself. */
function checkMap(map: ColumnMap): CheckedMap {
  const unknown = Object.keys(map).find((key) => !COLUMN_MAP_FIELDS.includes(key as Field));
  if (unknown !== undefined)
    throw mapError(`unknown field "${unknown}"${nearestHint(unknown, COLUMN_MAP_FIELDS)}`);
  const { unit: unitText, ...columns } = map;
  const unit = UNITS.find((name) => name === unitText);
  if (unitText !== undefined && unit === undefined) throw mapError(`unknown unit "${unitText}"`);
  if (columns.image === undefined) throw mapError("image is missing");
  if (columns.sex !== undefined && columns.male !== undefined) throw mapError("give sex or male, not both");
  if (columns.age !== undefined && unit === undefined)
    throw mapError("unit is missing: ages may be in months or years");
  return { columns, unit: unit ?? "months" };
}

function mapError(what: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", `map: ${what}`, {
    remedy:
      "Give the columns of image, sex and age, and unit months or years; male, patient and dir are optional.",
  });
}

/** Imports every usable row of the table. Throws ERR_DEEPLASIA_CSV, _CSV_COLUMN, _USAGE. */
export async function importGeneric(file: string, options: GenericOptions): Promise<ImportResult> {
  const map = checkMap(options.map);
  const table = await openTable(file);
  const cellOf = cellReader(table, map);
  const pictures = options.imgDir === undefined ? null : await PictureIndex.of(options.imgDir);
  const result = new ImportResult();
  if (pictures !== null && pictures.note !== null) result.notes.push(pictures.note);
  const excluded = new Set(options.exclude);
  let row = 0;
  for await (const cells of table.records()) {
    options.signal?.throwIfAborted();
    row += 1;
    const name = posix.join(cellOf(cells, "dir"), cellOf(cells, "image"));
    if (cells.length !== table.columns.length)
      result.skip("more or fewer cells than the header", `row ${row}`);
    else if (cellOf(cells, "image") === "") result.skip("no picture is named", `row ${row}`);
    else if (excluded.has(name) || excluded.has(cellOf(cells, "image"))) result.leaveOut("excluded", name);
    else addRow(name, (field) => cellOf(cells, field), pictures, map, result);
  }
  addNotes(map, options.imgDir, result);
  return result;
}

/** Returns a function that reads the cell of a field; empty if the map or the row has none. */
function cellReader(
  table: Table,
  { columns }: CheckedMap,
): (cells: readonly string[], field: Field) => string {
  const positions = new Map(
    Object.entries(columns).map(([field, column]) => [field, columnIndex(table, column)]),
  );
  return (cells, field) => (cells[positions.get(field) ?? -1] ?? "").trim();
}

function addRow(
  name: string,
  cell: (field: Field) => string,
  pictures: PictureIndex | null,
  { columns, unit }: CheckedMap,
  result: ImportResult,
): void {
  const [path, ...others] = pictures === null ? [name] : pictures.find(name);
  const sexText = cell(columns.male === undefined ? "sex" : "male");
  const sex = sexInMaleColumn(sexText);
  const months = monthsInCell(cell("age"), unit);
  const needsSex = columns.sex !== undefined || columns.male !== undefined;
  if (path === undefined) result.skip("no picture", name);
  else if (others.length > 0) result.skip("several pictures have this name: map dir as well", name);
  else if (columns.patient !== undefined && cell("patient") === "") result.skip("no patient is named", name);
  else if (needsSex && sex === null) result.skip("the sex cannot be read", `${name} "${sexText}"`);
  else if (Number.isNaN(months)) result.skip("the age is not a number", `${name} "${cell("age")}"`);
  else {
    const { dir, base, name: stem } = posix.parse(path);
    result.rows.push({ imageId: base, dir, patientId: cell("patient") || stem, sex, boneAgeMonths: months });
  }
}

function addNotes({ columns }: CheckedMap, imgDir: string | undefined, result: ImportResult): void {
  if (imgDir === undefined)
    result.notes.push("the pictures were not searched; give the option imgDir, their root, to check them");
  if (columns.patient === undefined) {
    result.notes.push("no column of patients is mapped: each picture counts as a separate patient");
  }
  if (columns.sex === undefined && columns.male === undefined)
    result.notes.push("no column of the sex is mapped");
  if (columns.age === undefined) result.notes.push("no column of the bone age is mapped");
}
