/** Joins prediction CSVs: finds the rows that are about the same picture. */
import { DeeplasiaError } from "../errors.js";
import type { EarlierPrediction, EarlierPredictions } from "./earlierPredictions.js";
import { likeness, looseKey } from "./nameLikeness.js";
import { csvError } from "./table.js";

/** The rows about one picture, in the order of the tables; undefined for a table without such a row. */
export type Joined = (EarlierPrediction | undefined)[];

type Key = (row: EarlierPrediction) => string;

/** Returns whether every table has the column. */
export const everyHas = (tables: readonly EarlierPredictions[], column: string) =>
  tables.every(({ columns }) => columns.has(column));

/** Returns the first value that a table gives; null if none does. */
export function firstKnown<T>(joined: Joined, pick: (row: EarlierPrediction) => T | null): T | null {
  for (const row of joined) {
    const value = row === undefined ? null : pick(row);
    if (value !== null && value !== "") return value;
  }
  return null;
}

/**
 * Returns the outer join of prediction tables. Rows match if their `image_ID` is equal and, if all tables have the column,
 * their `dir`. If a table names a picture twice, as cohorts may, `row` distinguishes the two rows if all tables have that
 * column. The result is in the order of `row` if all tables have it, else in the order in which pictures first appear.
 *
 * Throws `ERR_DEEPLASIA_CSV` for a table in which two rows match.
 */
export function joinPredictions(tables: readonly EarlierPredictions[]): Joined[] {
  const [byDir, withRow] = [everyHas(tables, "dir"), everyHas(tables, "row")];
  const nameOf = commonNames(tables, byDir);
  const picture: Key = (row) => nameOf.get(pictureOf(row, byDir)) ?? pictureOf(row, byDir);
  let joined = joinBy(tables, picture);
  if (joined instanceof DeeplasiaError && withRow)
    joined = joinBy(tables, (row) => `${picture(row)} ${row.row}`);
  if (joined instanceof DeeplasiaError) throw joined;
  if (!withRow) return joined;
  const rowOf = (entry: Joined) => firstKnown(entry, ({ row }) => row) ?? Number.POSITIVE_INFINITY;
  return joined.sort((a, b) => rowOf(a) - rowOf(b));
}

const pictureOf = ({ imageId, dir }: EarlierPrediction, byDir: boolean) =>
  JSON.stringify([imageId, byDir ? dir : ""]);

/**
 * Maps pictures whose names the tables write in different forms (`nameLikeness.ts`) to the form that comes first. Names of
 * which one table has two forms are left out: to that table they are two pictures.
 */
function commonNames(tables: readonly EarlierPredictions[], byDir: boolean): Map<string, string> {
  const forms = new Map<string, Map<string, EarlierPrediction & { tables: Set<number> }>>();
  for (const [i, { rows }] of tables.entries()) {
    for (const row of rows) {
      const key = `${byDir ? row.dir : ""}/${looseKey(row.imageId, "picture")}`;
      const names = forms.get(key) ?? new Map();
      forms.set(key, names);
      const form = names.get(row.imageId) ?? { ...row, tables: new Set() };
      form.tables.add(i);
      names.set(row.imageId, form);
    }
  }
  const common = new Map<string, string>();
  for (const names of forms.values()) {
    const [first, ...others] = names.values();
    if (first === undefined || others.length === 0) continue;
    const all = [first, ...others];
    const total = all.reduce((sum, { tables: of }) => sum + of.size, 0);
    if (new Set(all.flatMap(({ tables: of }) => [...of])).size < total) continue;
    const isAlike = (a: string, b: string) =>
      likeness(a, b, "picture") !== null || likeness(b, a, "picture") !== null;
    if (!all.every((a) => all.every((b) => isAlike(a.imageId, b.imageId)))) continue;
    for (const form of others) common.set(pictureOf(form, byDir), pictureOf(first, byDir));
  }
  return common;
}

/** Groups rows by key, in the order in which keys first appear. Returns an error if a table has a key twice. */
function joinBy(tables: readonly EarlierPredictions[], key: Key): Joined[] | DeeplasiaError {
  const joined = new Map<string, Joined>();
  for (const [i, table] of tables.entries()) {
    for (const row of table.rows) {
      const itsKey = key(row);
      const entry = joined.get(itsKey) ?? tables.map(() => undefined);
      if (entry[i] !== undefined) return twice(table, entry[i], row);
      entry[i] = row;
      joined.set(itsKey, entry);
    }
  }
  return [...joined.values()];
}

function twice(
  table: EarlierPredictions,
  first: EarlierPrediction,
  second: EarlierPrediction,
): DeeplasiaError {
  const [a, b] = [table.rows.indexOf(first) + 1, table.rows.indexOf(second) + 1];
  const name = [first.dir, first.imageId].filter(Boolean).join("/");
  const remedy =
    "Remove one of them. If pictures in several folders have the same name, every file needs a dir column.";
  return csvError(table.file, `rows ${a} and ${b} are both about ${name}`, remedy);
}
