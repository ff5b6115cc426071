/** CSV text as every command writes it. */
import { stringify } from "csv-stringify/sync";

/** Cells as CSV lines; a cell with a lone carriage return is quoted too, or a reader would end the line there. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { quoted_match: /\r/ });
}
