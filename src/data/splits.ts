/** Split CSVs: `patient_ID, dir` and one column for each way to split a cohort; cells hold `train`, `val` or `test`. */

import { createHash } from "node:crypto";
import { DeeplasiaError } from "../errors.js";
import { nearestHint } from "../nearest.js";
import { plural } from "../plural.js";
import { csvError, openTable, type Table } from "./table.js";
import { columnIndex, findColumn, quotedNames } from "./tableColumns.js";

/** One column of a split CSV. */
export interface Split {
  /** Returns the part that a patient's pictures in a folder belong to; undefined if the split does not name them. */
  valueOf(patientId: string, dir: string): string | undefined;
  /** The number of keys with each value. */
  counts: ReadonlyMap<string, number>;
  /** SHA-256 of the file, hex. */
  sha256: string;
}

/**
 * Reads one column of a split CSV. Keys are compared as text, so `01` and `1` are two patients. All keys are held in
 * memory, about 100 bytes each.
 *
 * In the reference a key that occurs twice multiplies the rows. Here it counts once if both rows agree, and is an error if
 * they do not: a picture that is in `train` and in `test` spoils an evaluation.
 *
 * Throws `ERR_DEEPLASIA_CSV` or `ERR_DEEPLASIA_CSV_COLUMN`.
 */
export async function readSplit(file: string, column: string): Promise<Split> {
  const table = await openTable(file);
  const patient = columnIndex(table, "patient_ID");
  const folder = columnIndex(table, "dir");
  const cell = schemeIndex(table, column);
  const values = new Map<string, { value: string; row: number }>();
  const counts = new Map<string, number>();
  const hash = createHash("sha256");
  let row = 0;
  for await (const cells of table.records({ onBytes: (bytes) => hash.update(bytes) })) {
    row += 1;
    if (cells.length !== table.columns.length) {
      const what = `row ${row} has ${plural(cells.length, "cell")} where the header has ${table.columns.length}`;
      throw csvError(file, what, "Write one cell for each column.");
    }
    const key = splitKey(cells[patient]!, cells[folder]!);
    const value = cells[cell]!.trim();
    const known = values.get(key);
    if (known === undefined) {
      values.set(key, { value, row });
      counts.set(value, (counts.get(value) ?? 0) + 1);
    } else if (known.value !== value) {
      const who = `patient_ID "${cells[patient]}", dir "${cells[folder]}"`;
      const what = `row ${row} puts ${who} in "${value}", row ${known.row} in "${known.value}"`;
      throw csvError(file, what, `Keep one of the two rows (column "${column}").`);
    }
  }
  return {
    valueOf: (patientId, dir) => values.get(splitKey(patientId, dir))?.value,
    counts,
    sha256: hash.digest("hex"),
  };
}

/**
 * Returns the key of a patient's pictures in a folder. The annotation and split files may come from different programs, so
 * blanks around a cell and the Unicode form of accents do not count. Neither part can hold a NUL, so keys of different
 * pairs differ.
 */
export function splitKey(patientId: string, dir: string): string {
  return `${patientId.trim()}\0${dir.trim()}`.normalize();
}

/** Returns the names of a split CSV's split columns: all but patient_ID and dir. */
export const schemesOf = (table: Table) => {
  const keys = [findColumn(table, "patient_ID"), findColumn(table, "dir")];
  return table.columns.filter((name, index) => name !== "" && !keys.includes(index));
};

function schemeIndex(table: Table, column: string): number {
  const schemes = schemesOf(table);
  const index = findColumn(table, column);
  if (index >= 0 && schemes.includes(table.columns[index]!)) return index;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CSV_COLUMN",
    `${table.file} line ${table.headerLine}: no split column "${column}"; split columns found: ${quotedNames(schemes)}`,
    { file: table.file, remedy: `Name one of them as the split column${nearestHint(column, schemes)}.` },
  );
}
