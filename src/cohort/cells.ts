/** Reads columns and cells of third-party tables. */
import { numberInCell } from "../data/annotations.js";
import type { Table } from "../data/table.js";

/** Reduces a column's name to letters and digits in lower case: `Bone Age (months)` becomes `boneagemonths`. */
const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Returns the position of the first column with one of the names, however they are written; -1 if there is none. */
export function columnLike(table: Table, names: readonly string[]): number {
  const columns = table.columns.map(plain);
  return names.map((name) => columns.indexOf(name)).find((index) => index >= 0) ?? -1;
}

/** Parses an age in months; null for an empty cell, NaN for text that is not a number. */
export function monthsInCell(text: string, unit: "months" | "years"): number | null {
  const value = numberInCell(text);
  // Twelve times a decimal number of years is seldom exact in binary; 8.83 years are 105.96 months.
  return value === null || unit === "months" ? value : Number((12 * value).toFixed(6));
}
