/** Rows of a cohort that name a picture which an earlier row names too. */
import { plural } from "../plural.js";
import type { BadRow, CohortRow } from "./annotations.js";
import type { DuplicateFinder } from "./duplicateFinder.js";

/** Counts of the rows that name a picture again. */
export interface Duplicates {
  /** Rows whose (dir, image_ID) an earlier row has. */
  count: number;
  first: NamedTwice | null;
  /** The rows among them that give another sex or bone age than the earlier row. */
  contradicting: number;
  firstContradicting: NamedTwice | null;
}

/** Two rows that name one picture. */
export interface NamedTwice {
  row: number;
  earlierRow: number;
  dir: string;
  imageId: string;
}

/** Returns what two rows about one picture should agree on, as a text; empty for a row that cannot be used. */
export const factsOf = (row: CohortRow | BadRow) => ("error" in row ? "" : `${row.sex} ${row.boneAgeMonths}`);

/** Adds the picture of a row. Returns the earlier row that names the same picture; null if there is none. */
export function addTo(named: DuplicateFinder, row: CohortRow | BadRow): number | null {
  return row.imageId === "" ? null : named.add(row.dir, row.imageId, row.row, factsOf(row));
}

/** Counts a row in `found` if an earlier row names its picture. */
export function noteDuplicate(
  named: DuplicateFinder,
  row: CohortRow | BadRow,
  earlierRow: number | null,
  found: Duplicates,
): void {
  if (earlierRow === null) return;
  const { dir, imageId } = row;
  const twice = { row: row.row, earlierRow, dir, imageId };
  found.count += 1;
  found.first ??= twice;
  if ("error" in row || !named.differs(dir, imageId, factsOf(row))) return;
  found.contradicting += 1;
  found.firstContradicting ??= twice;
}

/** Returns lines for the log about pictures that are named twice; none if there are no such pictures. */
export function duplicateLines({ count, first, contradicting, firstContradicting }: Duplicates): string[] {
  const places = ({ row, earlierRow, dir, imageId }: NamedTwice) =>
    `row ${row} and row ${earlierRow}: ${[dir, imageId].filter(Boolean).join("/")}`;
  if (first === null) return [];
  const rows = plural(count, "row names", "rows name");
  const lines = [`${rows} a picture that an earlier row names too (${places(first)}); each row counts`];
  if (firstContradicting !== null) {
    const of = `${contradicting} of them with another sex or bone age than the earlier row`;
    lines.push(`${of} (${places(firstContradicting)})`);
  }
  return lines;
}

/** Returns counts of zero. */
export const noDuplicates = (): Duplicates => {
  return { count: 0, first: null, contradicting: 0, firstContradicting: null };
};
