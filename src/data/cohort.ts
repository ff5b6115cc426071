/** A cohort: annotation CSV, optional split, picture and mask folders; and the samples they amount to. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { nearestHint } from "../nearest.js";
import { type BadRow, type CohortRow, readAnnotations, type SexNeed } from "./annotations.js";
import { DuplicateFinder } from "./duplicates.js";
import { type Masks, openMasks, requireFolder } from "./masks.js";
import { locateFiles, type Sample, type SelectedRow } from "./sample.js";
import { readSplit, type Split } from "./splits.js";
import { csvError } from "./table.js";

export interface CohortOptions {
  annotationCsv: string;
  /** Read only where `splitColumn` is not empty. */
  splitCsv: string;
  /** Column of the split CSV; empty: all rows. */
  splitColumn: string;
  /** Rows are taken whose split cell equals this. */
  splitName: string;
  imgDir: string;
  /** Empty, or `""` as the first: no masks. */
  maskDirs: readonly string[];
  sexNeed: SexNeed;
  /** At most that many selected rows. */
  limit?: number | undefined;
}

export interface Duplicates {
  /** Rows whose (dir, image_ID) an earlier row has. */
  count: number;
  first: { row: number; earlierRow: number; dir: string; imageId: string } | null;
}

export interface Cohort {
  /** Number of selected rows, bad ones included. */
  total: number;
  /** Rows that the split does not name; they are left out, as in the reference. */
  withoutSplit: number;
  duplicates: Duplicates;
  /** What else its user should know: files in a folder that are passed over. */
  notes?: readonly string[];
  /** SHA-256 over the contents that define the cohort, hex. */
  sha256: string;
  /** The selected rows with their files, in order, from the given position on. Reads the CSV anew. */
  samples(from?: number): AsyncIterable<Sample>;
  /** The row numbers of the selected rows, in order, without looking at any other file. */
  rowNumbers(): AsyncIterable<number>;
}

/**
 * Open a cohort: one pass over the annotations checks the header, counts the selected rows and finds pictures that are
 * named twice. Memory stays flat: rows are streamed again by `samples()`.
 *
 * Throws `ERR_DEEPLASIA_CSV`, `ERR_DEEPLASIA_CSV_COLUMN`, or `ERR_DEEPLASIA_OPTION` for folders that do not exist and for
 * a split name that selects nothing.
 */
export async function openCohort(options: CohortOptions): Promise<Cohort> {
  await requireFolder(options.imgDir, "img_dir");
  const masks = await openMasks(options.maskDirs);
  const split = options.splitColumn === "" ? null : await openSplit(options);
  const hash = createHash("sha256");
  const found = await countRows(options, split, (bytes) => hash.update(bytes));
  return {
    ...found,
    sha256: createHash("sha256")
      .update(`${hash.digest("hex")} ${split?.sha256 ?? ""}`)
      .digest("hex"),
    samples: (from = 0) => samples(options, split, masks, from),
    rowNumbers: () => rowNumbers(options, split),
  };
}

async function openSplit({ splitCsv, splitColumn, splitName }: CohortOptions): Promise<Split> {
  const split = await readSplit(splitCsv, splitColumn);
  if (split.counts.has(splitName)) return split;
  const names = [...split.counts.keys()];
  const found = names.map((name) => `"${name}" (${split.counts.get(name)})`).join(", ");
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `${splitCsv}: column "${splitColumn}" says "${splitName}" of no patient; it says ${found}`,
    {
      file: splitCsv,
      remedy: `Give one of them with --split_name${nearestHint(splitName, names)}.`,
    },
  );
}

type CohortCounts = Pick<Cohort, "total" | "withoutSplit" | "duplicates">;

async function countRows(
  options: CohortOptions,
  split: Split | null,
  onBytes: (bytes: Buffer) => void,
): Promise<CohortCounts> {
  const finder = new DuplicateFinder();
  const counts: CohortCounts = { total: 0, withoutSplit: 0, duplicates: { count: 0, first: null } };
  // All rows are read even if `limit` is reached before: the hash is over the whole file.
  for await (const row of readAll(options, onBytes)) {
    if (split !== null && isWithoutSplit(row, split)) counts.withoutSplit += 1;
    if (counts.total === options.limit || !isSelected(row, split, options.splitName)) continue;
    counts.total += 1;
    const earlierRow = row.imageId === "" ? null : finder.add(row.dir, row.imageId, row.row);
    if (earlierRow === null) continue;
    counts.duplicates.count += 1;
    counts.duplicates.first ??= { row: row.row, earlierRow, dir: row.dir, imageId: row.imageId };
  }
  if (counts.total === 0 && options.limit !== 0) {
    const what = `the split (column "${options.splitColumn}", name "${options.splitName}") selects none of its rows`;
    throw csvError(
      options.annotationCsv,
      what,
      "Check that patient_ID and dir are written alike in both files.",
    );
  }
  return counts;
}

function readAll(
  options: CohortOptions,
  onBytes?: (bytes: Buffer) => void,
): AsyncIterable<CohortRow | BadRow> {
  return readAnnotations(options.annotationCsv, {
    sexNeed: options.sexNeed,
    requirePatientId: options.splitColumn !== "",
    onBytes,
  });
}

function isSelected(row: CohortRow | BadRow, split: Split | null, splitName: string): boolean {
  // A row with shifted cells may belong to any part: it is reported rather than lost in silence.
  if (split === null || row.patientId === null) return true;
  return split.valueOf(row.patientId, row.dir) === splitName;
}

function isWithoutSplit(row: CohortRow | BadRow, split: Split): boolean {
  return row.patientId !== null && split.valueOf(row.patientId, row.dir) === undefined;
}

async function* selectedRows(options: CohortOptions, split: Split | null): AsyncGenerator<SelectedRow> {
  let index = 0;
  for await (const row of readAll(options)) {
    if (index === options.limit) return;
    if (!isSelected(row, split, options.splitName)) continue;
    // Joined, not resolved: an absolute path in a cell stays below the image root.
    yield { index, row, imagePath: join(options.imgDir, row.dir, row.imageId) };
    index += 1;
  }
}

async function* from(rows: AsyncIterable<SelectedRow>, start: number): AsyncGenerator<SelectedRow> {
  for await (const selected of rows) if (selected.index >= start) yield selected;
}

function samples(
  options: CohortOptions,
  split: Split | null,
  masks: Masks,
  start: number,
): AsyncIterable<Sample> {
  return locateFiles(from(selectedRows(options, split), start), masks);
}

async function* rowNumbers(options: CohortOptions, split: Split | null): AsyncGenerator<number> {
  for await (const selected of selectedRows(options, split)) yield selected.row.row;
}
