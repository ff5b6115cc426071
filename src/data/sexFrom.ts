/** Looks a picture's sex and bone age up in an annotation CSV by the picture's path. */
import { basename, dirname, sep } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { type BadRow, type CohortRow, readAnnotations, type SexNeed } from "./annotations.js";

export interface KnownRows {
  /** The row of a picture, given by absolute path; why it cannot be told; or null where there is none and need not be. */
  find(path: string): CohortRow | DeeplasiaError | null;
}

/**
 * Read an annotation CSV whole, by file name.
 *
 * Where several rows have the file name, the one counts whose `dir` is the end of the picture's folder; the longest, if
 * several are. A file name that occurs once is found whatever its `dir`.
 */
export async function readKnownRows(file: string, sexNeed: SexNeed): Promise<KnownRows> {
  const byName = new Map<string, (CohortRow | BadRow)[]>();
  for await (const row of readAnnotations(file, { sexNeed })) {
    const others = byName.get(row.imageId);
    if (others === undefined) byName.set(row.imageId, [row]);
    else others.push(row);
  }
  return {
    find(path) {
      const rows = byName.get(basename(path)) ?? [];
      if (rows.length === 0 && sexNeed !== "needed") return null;
      const row = choose(rows, dirname(path));
      if (typeof row === "string") {
        const remedy = "Add a row with this image_ID (and dir).";
        return new DeeplasiaError("ERR_DEEPLASIA_SEX", `${file} ${row}`, { file: path, remedy });
      }
      return "error" in row ? row.error : row;
    },
  };
}

function choose(rows: (CohortRow | BadRow)[], folder: string): CohortRow | BadRow | string {
  if (rows.length === 0) return "has no row for this picture";
  if (rows.length === 1) return rows[0]!;
  const parts = folder.split(sep).join("/");
  const fitting = rows.filter(({ dir }) => dir === "" || parts === dir || parts.endsWith(`/${dir}`));
  const longest = Math.max(...fitting.map(({ dir }) => dir.length));
  const best = fitting.filter(({ dir }) => dir.length === longest);
  if (best.length === 1) return best[0]!;
  return best.length === 0
    ? `has ${rows.length} rows with this file name, none of them for this folder`
    : `has ${best.length} rows for this picture`;
}
