/** Cells of other people's tables. */
import { numberInCell } from "../data/annotations.js";
import type { Table } from "../data/table.js";

/** A column's name without case, spaces and punctuation: `Bone Age (months)` is `boneagemonths`. */
const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Position of the first column with one of the names, however they are written; -1 if there is none. */
export function columnLike(table: Table, names: readonly string[]): number {
  const columns = table.columns.map(plain);
  return names.map((name) => columns.indexOf(name)).find((index) => index >= 0) ?? -1;
}

/** An age in months; null for an empty cell, NaN for what is no number. */
export function monthsInCell(text: string, unit: "months" | "years"): number | null {
  const value = numberInCell(text);
  // Twelve times a decimal year is seldom exact in binary: 8.83 years are 105.96 months.
  return value === null || unit === "months" ? value : Number((12 * value).toFixed(6));
}
