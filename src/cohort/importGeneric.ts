/** Any table of pictures, with the help of a map from what we need to what its columns are called. */
import { posix } from "node:path";
import { sexInMaleColumn } from "../data/annotations.js";
import { openTable, type Table } from "../data/table.js";
import { columnIndex } from "../data/tableColumns.js";
import { DeeplasiaError } from "../errors.js";
import { nearestHint } from "../nearest.js";
import { monthsInCell } from "./cells.js";
import { ImportResult } from "./importResult.js";
import { PictureIndex } from "./pictureIndex.js";

const FIELDS = ["image", "dir", "patient", "sex", "male", "age"] as const;
type Field = (typeof FIELDS)[number];
const UNITS = ["months", "years"] as const;

export interface ColumnMap {
  columns: Partial<Record<Field, string>>;
  unit: (typeof UNITS)[number];
}

export interface GenericOptions {
  map: ColumnMap;
  /** Root of the pictures; undefined: nobody looks for them. */
  imgDir?: string | undefined;
  exclude: readonly string[];
}

/** `image=File Name,male=Boy,age=Age,unit=years`. Throws ERR_DEEPLASIA_OPTION. */
export function parseColumnMap(text: string): ColumnMap {
  const columns: Partial<Record<Field, string>> = {};
  let unit: ColumnMap["unit"] | undefined;
  for (const part of text.split(",").filter((word) => word.trim() !== "")) {
    const [key = "", ...rest] = part.split("=");
    const value = rest.join("=").trim();
    const field = FIELDS.find((name) => name === key.trim());
    if (value === "") throw mapError(`"${part}" is not field=column`);
    if (field !== undefined) columns[field] = value;
    else if (key.trim() !== "unit")
      throw mapError(`unknown field "${key}"${nearestHint(key, [...FIELDS, "unit"])}`);
    else unit = UNITS.find((name) => name === value) ?? unknownUnit(value);
  }
  if (columns.image === undefined) throw mapError("image is missing");
  if (columns.sex !== undefined && columns.male !== undefined) throw mapError("give sex or male, not both");
  if (columns.age !== undefined && unit === undefined)
    throw mapError("unit is missing: a number alone may mean both");
  return { columns, unit: unit ?? "months" };
}

function unknownUnit(value: string): never {
  throw mapError(`unit is "${value}"`);
}

function mapError(what: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", `--map: ${what}`, {
    remedy:
      "Give --map image=COLUMN,sex=COLUMN,age=COLUMN,unit=months (or years); also male=, patient=, dir=.",
  });
}

/** Rows for every usable row of the table. Throws ERR_DEEPLASIA_CSV, _CSV_COLUMN, _USAGE. */
export async function importGeneric(file: string, options: GenericOptions): Promise<ImportResult> {
  const table = await openTable(file);
  const cellOf = cellReader(table, options.map);
  const pictures = options.imgDir === undefined ? null : await PictureIndex.of(options.imgDir);
  const result = new ImportResult();
  if (pictures !== null && pictures.note !== null) result.notes.push(pictures.note);
  const excluded = new Set(options.exclude);
  let row = 0;
  for await (const cells of table.records()) {
    row += 1;
    const name = posix.join(cellOf(cells, "dir"), cellOf(cells, "image"));
    if (cells.length !== table.columns.length)
      result.skip("more or fewer cells than the header", `row ${row}`);
    else if (cellOf(cells, "image") === "") result.skip("no picture is named", `row ${row}`);
    else if (excluded.has(name) || excluded.has(cellOf(cells, "image"))) result.leaveOut("excluded", name);
    else addRow(name, (field) => cellOf(cells, field), pictures, options.map, result);
  }
  addNotes(options, result);
  return result;
}

/** Reads the cell of a field; empty where the map or the row has none. */
function cellReader(
  table: Table,
  { columns }: ColumnMap,
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
  { columns, unit }: ColumnMap,
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

function addNotes({ map, imgDir }: GenericOptions, result: ImportResult): void {
  const { columns } = map;
  if (imgDir === undefined)
    result.notes.push("nobody looked for the pictures; give --img_dir to have them checked");
  if (columns.patient === undefined) {
    result.notes.push("no column of patients is mapped: each picture counts as a patient of its own");
  }
  if (columns.sex === undefined && columns.male === undefined)
    result.notes.push("no column of the sex is mapped");
  if (columns.age === undefined) result.notes.push("no column of the bone age is mapped");
}
