/** A cohort without an annotation CSV: pictures, folders and glob patterns as given on a command line. */
import { createHash } from "node:crypto";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { glob } from "tinyglobby";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { sha256OfFile } from "../files/sha256OfFile.js";
import { plural } from "../plural.js";
import type { BadRow, CohortRow, Sex, SexNeed } from "./annotations.js";
import { noDuplicates } from "./duplicates.js";
import { Locator } from "./locator.js";
import { type Known, lookUpRows } from "./lookUpRows.js";
import { openMasks } from "./masks.js";
import type { Cohort } from "./openCohort.js";
import { hasDicom, passedOverText, pictureFiles } from "./pictureFiles.js";
import type { SelectedRow } from "./sample.js";

/** The options of `cohortFromFiles`. */
export interface FileCohortOptions {
  /** Sex of all pictures. */
  sex?: Sex | undefined;
  /** An annotation CSV in which the sex, and the bone age if it has one, is looked up by file name. */
  sexFrom?: string | undefined;
  /** Folders of masks, searched by the picture's path below the common folder. Empty, or `""` as the first, for none. */
  maskDirs: readonly string[];
  /** Whether a picture is usable without a mask though there are folders of masks. */
  masksOptional?: boolean | undefined;
  sexNeed: SexNeed;
  /** The largest number of pictures. */
  limit?: number | undefined;
}

/**
 * Makes a cohort of files, folders (with all pictures below them) and glob patterns. Pictures come in the order of the
 * arguments, those of one folder or pattern sorted by path, and each once. Their `dir` is relative to the deepest folder
 * that holds all arguments.
 *
 * A file that does not exist becomes a failed row. Throws `ERR_DEEPLASIA_USAGE` for a folder or a pattern without pictures.
 */
export async function cohortFromFiles(
  inputs: readonly string[],
  options: FileCohortOptions,
): Promise<Cohort> {
  const masks = { ...(await openMasks(options.maskDirs)), optional: options.masksOptional === true };
  const { paths: all, base, notes } = await expand(inputs);
  const paths = all.slice(0, options.limit);
  const hasHeaders = await hasDicom(paths);
  requireSex(options, hasHeaders);
  const known =
    options.sexFrom === undefined ? null : await lookUpRows(options.sexFrom, all, options.sexNeed);
  const rows = paths.map((path, index) =>
    selectedRow(path, index, base, options, known?.rows[index] ?? null),
  );
  const given = new Set(all);
  const locator = new Locator(base, masks, (dir, imageId) => given.has(join(base, dir, imageId)));
  const identity = [
    options.sex ?? "",
    options.sexFrom === undefined ? "" : await sha256OfFile(options.sexFrom),
    ...paths,
  ];
  return {
    total: rows.length,
    withoutSplit: 0,
    duplicates: noDuplicates(),
    hasHeaders,
    pack: null,
    notes: () => [
      ...notes,
      ...(known?.notes ?? []),
      ...otherSexNote(known?.rows ?? [], options),
      ...locator.notes(),
    ],
    sha256: createHash("sha256").update(JSON.stringify(identity)).digest("hex"),
    samples: (from = 0) => locator.locateAll(iterate(rows.slice(from))),
    rowNumbers: () => iterate(rows.map(({ row }) => row.row)),
  };
}

/** DICOM files state the sex themselves; one that does not is a failed row. */
function requireSex({ sex, sexFrom, sexNeed }: FileCohortOptions, hasHeaders: boolean): void {
  if (sexNeed !== "needed" || sex !== undefined || sexFrom !== undefined || hasHeaders) return;
  const remedy =
    'Add `sex: "F"` or `sex: "M"`, a CSV with sexes as `sexFrom`, or a model that predicts it as `sexModel`.';
  throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", "this model needs the sex of each child", { remedy });
}

/** Returns a note if `sex` overrides another sex in the CSV. */
function otherSexNote(known: readonly Known[], { sex, sexFrom }: FileCohortOptions): string[] {
  const others = known.filter(
    (row) => row !== null && !(row instanceof DeeplasiaError) && row.sex !== null && row.sex !== sex,
  );
  if (sex === undefined || others.length === 0) return [];
  return [
    `${plural(others.length, "picture has", "pictures have")} the other sex in ${sexFrom}; ${sex} is used`,
  ];
}

async function* iterate<T>(items: T[]): AsyncGenerator<T> {
  yield* items;
}

function selectedRow(
  path: string,
  index: number,
  base: string,
  options: FileCohortOptions,
  known: Known,
): SelectedRow {
  const imageId = basename(path);
  const dir = relative(base, dirname(path)).split(sep).join("/");
  const place = { row: index + 1, imageId, dir };
  const plain: CohortRow = { ...place, patientId: "", sex: options.sex ?? null, boneAgeMonths: null };
  return { index, row: known === null ? plain : lookUp(known, place, options), imagePath: path };
}

/** Merges what the CSV has for a picture with the options; `sex` overrides the sex in the CSV. */
function lookUp(
  known: CohortRow | DeeplasiaError,
  place: Pick<CohortRow, "row" | "imageId" | "dir">,
  options: FileCohortOptions,
): CohortRow | BadRow {
  const sexIsOpen = options.sexNeed !== "ignored" && options.sex === undefined;
  if (!(known instanceof DeeplasiaError)) return { ...known, ...place, sex: options.sex ?? known.sex };
  if (sexIsOpen) return { ...place, patientId: null, error: known };
  return { ...place, patientId: "", sex: options.sex ?? null, boneAgeMonths: null };
}

/** Expands the arguments to absolute paths, the deepest folder that holds them all, and notes on files passed over. */
async function expand(
  inputs: readonly string[],
): Promise<{ paths: string[]; base: string; notes: string[] }> {
  const paths = new Set<string>();
  const notes: string[] = [];
  const folders: string[] = [];
  for (const input of inputs) {
    // A path that cannot be reached becomes a row, which fails with the reason.
    const kind = await pathKind(input).catch(() => "other" as const);
    if (kind === "folder") {
      const { pictures, passedOver } = await pictureFiles(resolve(input));
      const others = passedOverText(passedOver);
      if (pictures.length === 0) {
        const added = others === null ? "" : `: ${others}`;
        throw nothing(`there are no pictures (PNG, JPEG, TIFF, WebP) in ${input}${added}`);
      }
      if (others !== null) notes.push(`${input}: ${others}`);
      folders.push(resolve(input));
      for (const path of pictures) paths.add(resolve(input, path));
    } else if (kind === null && /[*?{[]/.test(input)) {
      const found = await findPictures(input, process.cwd());
      if (found.length === 0) throw nothing(`no file matches ${input}`);
      folders.push(commonFolder(found.map((path) => dirname(path))));
      for (const path of found) paths.add(path);
    } else {
      folders.push(dirname(resolve(input)));
      paths.add(resolve(input));
    }
  }
  return { paths: [...paths], base: commonFolder(folders), notes };
}

async function findPictures(pattern: string, cwd: string): Promise<string[]> {
  const found = await glob(pattern, {
    cwd,
    absolute: true,
    caseSensitiveMatch: false,
    expandDirectories: false,
  });
  // Sorted by code unit, so that the order of the output does not depend on the locale.
  return found.map((path) => resolve(path)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function nothing(what: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy: "Give pictures, folders or patterns." });
}

/** Returns the deepest folder that equals or contains each of the given ones. */
function commonFolder(folders: string[]): string {
  const [first = process.cwd(), ...others] = folders;
  return others.reduce((common, folder) => {
    let shared = common;
    while (relative(shared, folder).split(sep)[0] === "..") shared = dirname(shared);
    return shared;
  }, first);
}
