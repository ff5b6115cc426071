/** Looks up sex and bone age of pictures in an annotation or prediction CSV, by the pictures' paths. */
import { basename, dirname, sep } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";
import { type BadRow, type CohortRow, readAnnotations, type SexNeed } from "./annotations.js";
import { likeness, looseKey } from "./nameLikeness.js";
import { ReadingNotes } from "./readingNotes.js";

/** The row about a picture; an error if it cannot be used; null if there is none and none is needed. */
export type Known = CohortRow | DeeplasiaError | null;

/** The result of `lookUpRows`. */
export interface KnownRows {
  /** One for each picture, in order. */
  rows: Known[];
  /** Lines about converted cells and names in another form. */
  notes: string[];
}

type Row = CohortRow | BadRow;

/** A row that may be about a picture. */
interface Claim {
  row: Row;
  /** Likeness of the file names: 0 is the same, higher is less alike. */
  likeness: number;
  /** Length of the row's `dir` if the picture's folder ends with it; 0 without `dir`; -1 for another folder. */
  dirFit: number;
}

/**
 * Looks up pictures, given by absolute paths, in a CSV that is read whole.
 *
 * A row is found by its file name, with or without extension. If several rows have the name, the row with which the
 * picture's folder ends is used, and among several of these the one with the longest `dir`. A file name that occurs once
 * is found whatever its `dir`. A row is about one picture: if several pictures match it, only the best match gets it, and
 * none if two match equally well.
 */
export async function lookUpRows(
  file: string,
  paths: readonly string[],
  sexNeed: SexNeed,
): Promise<KnownRows> {
  const reading = new ReadingNotes();
  const byName = new Map<string, Row[]>();
  for await (const row of readAnnotations(file, { sexNeed, ...reading.watch })) {
    const key = looseKey(row.imageId, "picture");
    const others = byName.get(key);
    if (others === undefined) byName.set(key, [row]);
    else others.push(row);
  }
  const claims = paths.map((path) => choose(byName.get(looseKey(basename(path), "picture")) ?? [], path));
  const shared = refuseShared(paths, claims);
  let loose = 0;
  const rows = claims.map((claim, i): Known => {
    const found = shared.get(i) ?? claim;
    if (found === null && sexNeed !== "needed") return null;
    if (found === null || typeof found === "string") return unknown(file, paths[i]!, found);
    if (found.likeness > 0) loose += 1;
    return "error" in found.row ? found.row.error : found.row;
  });
  const notes = reading.notes();
  if (loose > 0)
    notes.push(`${plural(loose, "picture is", "pictures are")} in ${file} under another form of their names`);
  return { rows, notes };
}

function unknown(file: string, path: string, why: string | null): DeeplasiaError {
  const what = `${file} ${why ?? "has no row for this picture"}`;
  const remedy = "Add a row with this image_ID (and dir).";
  return new DeeplasiaError("ERR_DEEPLASIA_SEX", what, { file: path, remedy });
}

/** Returns the row about a picture, the reason if none of several can be chosen, or null if there is none. */
function choose(rows: readonly Row[], path: string): Claim | string | null {
  const all = rows.flatMap((row): Claim[] => {
    const like = likeness(row.imageId, basename(path), "picture");
    return like === null ? [] : [{ row, likeness: like, dirFit: dirFit(row.dir, dirname(path)) }];
  });
  const closest = Math.min(...all.map((claim) => claim.likeness));
  const named = all.filter((claim) => claim.likeness === closest);
  if (named.length <= 1) return named[0] ?? null;
  const fit = Math.max(...named.map((claim) => claim.dirFit));
  if (fit < 0) return `has ${plural(named.length, "row")} with this file name, but none for this folder`;
  const best = named.filter((claim) => claim.dirFit === fit);
  const [first, ...others] = best;
  const other = others.find(({ row }) => facts(row) !== facts(first!.row));
  if (other === undefined) return first!;
  const said = [first!, other].map(({ row }) => `row ${row.row}: ${facts(row)}`).join(", ");
  return `has ${best.length} rows for this picture that contradict each other (${said})`;
}

const facts = (row: Row) =>
  "error" in row ? row.error.message : `${row.sex ?? "no sex"}, ${row.boneAgeMonths ?? "no"} months`;

function dirFit(dir: string, folder: string): number {
  const plain = (path: string) =>
    path
      .normalize()
      .replaceAll("\\", "/")
      .replace(/^\.?\/|\/$/g, "");
  const [end, whole] = [plain(dir.trim()), plain(folder.split(sep).join("/"))];
  if (end === "" || end === ".") return 0;
  return whole === end || whole.endsWith(`/${end}`) ? end.length : -1;
}

/** Finds pictures whose row is about another picture or may be about several. Maps their positions to the reason. */
function refuseShared(paths: readonly string[], claims: readonly (Claim | string | null)[]) {
  const ofRow = new Map<Row, number[]>();
  for (const [i, claim] of claims.entries()) {
    if (claim === null || typeof claim === "string") continue;
    const others = ofRow.get(claim.row);
    if (others === undefined) ofRow.set(claim.row, [i]);
    else others.push(i);
  }
  const refused = new Map<number, string>();
  for (const [{ row }, pictures] of ofRow) {
    if (pictures.length === 1) continue;
    const fitOf = (i: number) => claims[i] as Claim;
    const better = (a: number, b: number) =>
      fitOf(a).likeness - fitOf(b).likeness || fitOf(b).dirFit - fitOf(a).dirFit;
    const [best, second] = pictures.toSorted(better) as [number, number];
    const isTie = better(best, second) === 0;
    for (const i of pictures) {
      const other = paths[i === best ? second : best]!;
      if (isTie)
        refused.set(
          i,
          `has one row (${row}) for this picture and for ${other}, and its dir does not distinguish them`,
        );
      else if (i !== best) refused.set(i, `has one row (${row}) of this name, which is for ${other}`);
    }
  }
  return refused;
}
