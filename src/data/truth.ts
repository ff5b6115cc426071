/** True bone ages from an annotation CSV, to look up by picture. */
import { DeeplasiaError } from "../errors.js";
import { readAnnotations } from "./annotations.js";
import { openTable } from "./table.js";

/** Bone age of a picture in months; null where it is not known. `dir` counts where the CSV has that column too. */
export type Truth = (imageId: string, dir: string | null) => number | null;

/**
 * Read the bone ages whole. Rows that cannot be used say nothing.
 *
 * Throws `ERR_DEEPLASIA_CSV` or `ERR_DEEPLASIA_CSV_COLUMN`; the look-up throws `ERR_DEEPLASIA_CSV` for a picture of which
 * two rows say different things.
 */
export async function readTruth(file: string): Promise<Truth> {
  const hasDir = (await openTable(file)).columns.includes("dir");
  const byPlace = new Map<string, Known>();
  const byName = new Map<string, Known>();
  for await (const row of readAnnotations(file, { sexNeed: "ignored" })) {
    if ("error" in row || row.boneAgeMonths === null) continue;
    const known = { months: row.boneAgeMonths, row: row.row };
    note(byPlace, place(row.imageId, row.dir), known);
    note(byName, row.imageId, known);
  }
  return (imageId, dir) => {
    const known = hasDir && dir !== null ? byPlace.get(place(imageId, dir)) : byName.get(imageId);
    if (known?.otherRow === undefined) return known?.months ?? null;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_CSV",
      `${file}: rows ${known.row} and ${known.otherRow} give different bone ages for ${imageId}`,
      { file, remedy: "Remove one, or predict with a `dir` column, which tells pictures of one name apart." },
    );
  };
}

interface Known {
  months: number;
  row: number;
  /** A row that says another bone age. */
  otherRow?: number;
}

const place = (imageId: string, dir: string) => `${dir}/${imageId}`;

function note(known: Map<string, Known>, key: string, now: Known): void {
  const before = known.get(key);
  if (before === undefined) known.set(key, { ...now });
  else if (before.months !== now.months) before.otherRow ??= now.row;
}
