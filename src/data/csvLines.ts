/** CSV text as all commands write it. */
import { stringify } from "csv-stringify/sync";

/** Returns cells as CSV lines. A cell with a lone carriage return is quoted, because readers would end the line there. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { quoted_match: /\r/ });
}
