/** The CSVs that the cohort commands write. */
import { csvLines } from "../data/csvLines.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import type { ImportedRow } from "./importResult.js";

/** The cells of a table. */
export interface TableText {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** Writes a table as a CSV, completely or not at all. Throws ERR_DEEPLASIA_OUTPUT. */
export async function writeTable(file: string, { columns, rows }: TableText): Promise<void> {
  await writeFileAtomic(file, csvLines([columns, ...rows]));
}

/** Returns annotations with the columns of the reference, followed by further columns of the data set. */
export function annotationTable(rows: readonly ImportedRow[]): TableText {
  const more = [...new Set(rows.flatMap((row) => Object.keys(row.more ?? {})))];
  return {
    columns: ["image_ID", "dir", "patient_ID", "sex", "bone_age", ...more],
    rows: rows.map((row) => [
      row.imageId,
      row.dir,
      row.patientId,
      row.sex ?? "",
      row.boneAgeMonths === null ? "" : String(row.boneAgeMonths),
      ...more.map((column) => row.more?.[column] ?? ""),
    ]),
  };
}

/** Returns the split that the data set itself has. */
export function originalSplitTable(rows: readonly ImportedRow[], scheme: string): TableText {
  return {
    columns: ["patient_ID", "dir", scheme],
    rows: rows.map(({ patientId, dir, part }) => [patientId, dir, part ?? ""]),
  };
}
