/** The names of an ensemble's members in columns and files: those that are given, else the shortest that differ. */
import { basename, extname, resolve } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { ALL_MARKS, ensembleFields, fieldColumns } from "./columns.js";

/** The file of a member, and the name that the caller gives it. */
export interface NamedFile {
  file: string;
  /** Null where none was given. */
  name: string | null;
}

/** Columns of an ensemble's output that no member may be named after. */
const TAKEN = new Set([
  ...fieldColumns(ensembleFields({ members: [], hasSexHead: true, ...ALL_MARKS })),
  "members",
]);

const REMEDY = "Give names of your own: name=path for each.";

/**
 * The names of an ensemble's members: those that were given, else the stems of the files; where stems are equal, the
 * run's name (`hands/version_0`), or the shortest part of the paths that differs.
 *
 * Throws ERR_DEEPLASIA_USAGE for a file that is given twice, equal names, and names of columns.
 */
export function memberNames(files: readonly NamedFile[], remedy = REMEDY): string[] {
  const stems = files.map(({ file }) => stemOf(file));
  const names = files.map(({ name, file }, i) => {
    if (name !== null) return name;
    const alike = files.filter((other, j) => other.name === null && stems[j] === stems[i]);
    return alike.length === 1
      ? stems[i]!
      : distinguish(
          file,
          alike.map((other) => other.file),
        );
  });
  for (const [i, name] of names.entries()) {
    const earlier = files[names.indexOf(name)]!.file;
    if (names.indexOf(name) !== i)
      throw usage(`two members are named "${name}": ${earlier} and ${files[i]!.file}`, remedy);
    if (TAKEN.has(name))
      throw usage(`a member cannot be named "${name}" as a column is: ${files[i]!.file}`, remedy);
  }
  return names;
}

/** A member's name as that of a file. */
export function memberFileName(name: string): string {
  return `${name.replaceAll("/", "_")}.csv`;
}

const stemOf = (file: string) => basename(file, extname(file));

/** Returns the name of a file among those with the same stem, which include it. */
function distinguish(file: string, alike: readonly string[]): string {
  const runs = alike.map(runOf);
  if (runs.every((run) => run !== null) && new Set(runs).size === alike.length) return runOf(file)!;
  const folders = alike.map((path) => resolve(path).split("/").slice(0, -1));
  const own = resolve(file).split("/").slice(0, -1);
  const tail = (parts: readonly string[], skip: number, count: number) =>
    parts.slice(Math.max(0, parts.length - skip - count), parts.length - skip).join("/");
  let skip = 0;
  while (skip < own.length && new Set(folders.map((parts) => tail(parts, skip, 1))).size === 1) skip += 1;
  for (let count = 1; count <= own.length - skip; count++) {
    const parts = new Set(folders.map((folder) => tail(folder, skip, count)));
    if (parts.size === alike.length) return tail(own, skip, count);
  }
  // In one folder they differ only in their extensions.
  return basename(file);
}

/** `hands/version_0` of a file in the folder `ckp` of a training run; null elsewhere. */
function runOf(file: string): string | null {
  return /([^/]+\/version_\d+)\/ckp\/[^/]+$/.exec(resolve(file))?.[1] ?? null;
}

function usage(what: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy });
}
