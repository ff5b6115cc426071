/** Finds the column of a table by its name. */
import { DeeplasiaError } from "../errors.js";
import { nearestHint } from "../nearest.js";
import { csvError, type Table } from "./table.js";

/** Reduces a name to compare it without case, blanks, `_`, `-` and Unicode form: `Image ID` equals `image_ID`. */
const plain = (name: string) =>
  name
    .normalize()
    .toLowerCase()
    .replace(/[\s_\-\u200b]/g, "");

/**
 * Returns the position of a column, -1 if there is none. An exact match wins; without one, a name counts that differs only
 * in case, blanks, `_` and `-`. Throws ERR_DEEPLASIA_CSV if two columns match.
 */
export function findColumn({ file, columns, headerLine }: Table, name: string): number {
  const exact = positions(columns, (column) => column === name);
  const found = exact.length > 0 ? exact : positions(columns, (column) => plain(column) === plain(name));
  if (found.length <= 1) return found[0] ?? -1;
  const [first, second] = found.map((index) => columns[index]!);
  const what =
    first === second
      ? `two columns are named "${first}"`
      : `two columns may be "${name}": "${first}" and "${second}"`;
  throw csvError(file, `line ${headerLine}: ${what}`, "Rename or remove one of them.");
}

const positions = (columns: readonly string[], fits: (column: string) => boolean) =>
  columns.flatMap((column, index) => (fits(column) ? [index] : []));

/** Returns the position of a required column. Throws `ERR_DEEPLASIA_CSV_COLUMN`, which lists the columns of the file. */
export function columnIndex(table: Table, name: string): number {
  const index = findColumn(table, name);
  if (index >= 0) return index;
  const { file, columns, headerLine } = table;
  const what = `${file} line ${headerLine}: no column "${name}"; found: ${quotedNames(columns)}`;
  throw new DeeplasiaError("ERR_DEEPLASIA_CSV_COLUMN", what, { file, remedy: columnRemedy(table, name) });
}

function columnRemedy({ file, columns }: Table, name: string): string {
  const named = columns.filter((column) => column !== "");
  if (named.length === 1 && named[0]!.includes(name))
    return "Each line is quoted as one cell: remove these quotes.";
  if (looksLikeData(columns))
    return "The first line looks like a row: add a header above it, such as image_ID,dir,patient_ID,sex,bone_age.";
  if (named.length === 1) return "The first line must name the columns: remove the lines above them.";
  const rename = `Name the column "${name}"${nearestHint(name, columns)}`;
  if (name !== "image_ID") return `${rename}.`;
  const isRsna =
    columns.some((column) => plain(column) === "boneage") &&
    columns.some((column) => plain(column) === "male");
  const how = isRsna ? "rsna`, with the folder of the download" : `generic ${file}\``;
  return `${rename}, or convert this table: \`deeplasia-native cohort import ${how} (importCohort).`;
}

/** Returns the names in quotes; at most twenty of them. */
export function quotedNames(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `"${name}"`);
  const more = names.length - shown.length;
  return shown.length === 0 ? "none" : shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Returns whether a header looks like a row: columns are not called like a file, a number, M or F. */
function looksLikeData(columns: readonly string[]): boolean {
  return columns.some(
    (cell) => /\.(png|jpe?g|tiff?|webp)$/i.test(cell) || /^(\d+([.,]\d+)?|[MF])$/.test(cell),
  );
}
