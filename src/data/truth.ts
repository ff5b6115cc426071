/** True bone ages from an annotation or prediction CSV, looked up by picture. */
import { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";
import { readAnnotations } from "./annotations.js";
import { likeness, looseKey } from "./nameLikeness.js";
import { ReadingNotes } from "./readingNotes.js";
import { openTable } from "./table.js";
import { findColumn } from "./tableColumns.js";

/** The true bone ages of a CSV. */
export interface Truth {
  /**
   * Returns the bone age of a picture in months; null if it is not known. `dir` counts if the CSV has that column. Pictures
   * are also found under another form of their names (`nameLikeness.ts`). Throws `ERR_DEEPLASIA_CSV` if two rows give
   * different ages.
   */
  of(imageId: string, dir: string | null): number | null;
  /** Returns lines about converted cells, names in another form and pictures without a known age. */
  notes(): string[];
}

interface Known {
  imageId: string;
  months: number;
  row: number;
}

/**
 * Reads all bone ages. Skips rows that cannot be used.
 *
 * Throws `ERR_DEEPLASIA_CSV` or `ERR_DEEPLASIA_CSV_COLUMN`.
 */
export async function readTruth(file: string): Promise<Truth> {
  const hasDir = findColumn(await openTable(file), "dir") >= 0;
  const byPlace = new Map<string, Known[]>();
  const byName = new Map<string, Known[]>();
  const reading = new ReadingNotes();
  for await (const row of readAnnotations(file, { sexNeed: "ignored", ...reading.watch })) {
    if ("error" in row || row.boneAgeMonths === null) continue;
    const known = { imageId: row.imageId, months: row.boneAgeMonths, row: row.row };
    note(byPlace, place(row.imageId, row.dir), known);
    note(byName, place(row.imageId, ""), known);
  }
  const counts = { loose: 0, unknown: 0, firstUnknown: "" };
  return {
    of(imageId, dir) {
      const byDir = hasDir && dir !== null;
      const all = (byDir ? byPlace.get(place(imageId, dir)) : byName.get(place(imageId, ""))) ?? [];
      const found = closest(all, imageId);
      if (found === null) {
        if (counts.unknown++ === 0) counts.firstUnknown = imageId;
        return null;
      }
      const { known, other, unlikeness } = found;
      if (other !== undefined) throw contradiction(file, known, other, imageId);
      if (unlikeness > 0) counts.loose += 1;
      return known.months;
    },
    notes() {
      const notes = reading.notes();
      if (counts.loose > 0)
        notes.push(
          `${plural(counts.loose, "picture is", "pictures are")} in ${file} under another form of their names`,
        );
      if (counts.unknown > 0)
        notes.push(
          `${file} has no bone age of ${plural(counts.unknown, "picture")} (the first: ${counts.firstUnknown})`,
        );
      return notes;
    },
  };
}

interface Closest {
  known: Known;
  other: Known | undefined;
  unlikeness: number;
}

/** Finds the first row whose name is most like the picture's, and another such row with a different age. */
function closest(rows: readonly Known[], imageId: string): Closest | null {
  const likes = rows.map((row) => likeness(row.imageId, imageId, "picture") ?? Number.POSITIVE_INFINITY);
  const best = Math.min(...likes);
  if (!Number.isFinite(best)) return null;
  const fitting = rows.filter((_, i) => likes[i] === best);
  const [first] = fitting;
  return { known: first!, other: fitting.find(({ months }) => months !== first!.months), unlikeness: best };
}

function contradiction(file: string, known: Known, other: Known, imageId: string): DeeplasiaError {
  const what = `${file}: rows ${known.row} and ${other.row} give different bone ages for ${imageId}`;
  const remedy = "Remove one, or predict with a `dir` column, which distinguishes pictures of the same name.";
  return new DeeplasiaError("ERR_DEEPLASIA_CSV", what, { file, remedy });
}

const place = (imageId: string, dir: string) =>
  `${dir.trim().normalize().replaceAll("\\", "/")}/${looseKey(imageId, "picture")}`;

function note(known: Map<string, Known[]>, key: string, now: Known): void {
  const before = known.get(key);
  if (before === undefined) known.set(key, [now]);
  else before.push(now);
}
