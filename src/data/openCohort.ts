/** A cohort: annotation CSV, optional split CSV, folders of pictures and masks; and its samples. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { nearestHint } from "../nearest.js";
import type { Pack } from "../packFile/pack.js";
import {
  type AnnotationOptions,
  type BadRow,
  type CohortRow,
  readAnnotations,
  type SexNeed,
} from "./annotations.js";
import { DuplicateFinder } from "./duplicateFinder.js";
import { addTo, type Duplicates, noDuplicates, noteDuplicate } from "./duplicates.js";
import { ReadingNotes } from "./readingNotes.js";
import { openRowPictures } from "./rowPictures.js";
import type { Sample, SelectedRow } from "./sample.js";
import { readSplit, type Split } from "./splits.js";
import { csvError } from "./table.js";

/** The options of `openCohort`. */
export interface CohortOptions {
  /** A CSV, or a pack, whose rows have their pictures in it; `imgDir` is not looked at then. */
  annotationCsv: string;
  /** Read only if `splitColumn` is not empty. */
  splitCsv: string;
  /** Column of the split CSV; empty for all rows. */
  splitColumn: string;
  /** Selects the rows with this value in the split column. */
  splitName: string;
  imgDir: string;
  /** Folders of masks. Empty, or `""` as the first, for none. */
  maskDirs: readonly string[];
  /** Whether a row is usable without a mask though there are folders of masks. */
  masksOptional?: boolean | undefined;
  sexNeed: SexNeed;
  /** The largest number of selected rows. */
  limit?: number | undefined;
}

/** An open cohort. */
export interface Cohort {
  /** Number of selected rows, bad ones included. */
  total: number;
  /** Number of rows that the split does not name; they are left out, as in the reference. */
  withoutSplit: number;
  duplicates: Duplicates;
  /** Whether DICOM files are among pictures that are given as files: their headers state sex and age. */
  hasHeaders: boolean;
  /** The pack that the pictures are in; null for files. */
  pack: Pack | null;
  /** Returns notes on converted values and on files found under other names; complete when all samples have been read. */
  notes(): string[];
  /** SHA-256 over the contents that define the cohort, hex. */
  sha256: string;
  /** Streams the selected rows with their files, in order, from a position on. Reads the CSV again. */
  samples(from?: number): AsyncIterable<Sample>;
  /** Streams the row numbers of the selected rows, in order. Reads the CSV only. */
  rowNumbers(): AsyncIterable<number>;
}

/**
 * Opens a cohort. One pass over the annotations checks the header, counts the selected rows and finds pictures that are
 * named twice. Memory stays flat, because `samples()` streams the rows again.
 *
 * Throws `ERR_DEEPLASIA_CSV`, `ERR_DEEPLASIA_CSV_COLUMN`, and `ERR_DEEPLASIA_OPTION` for folders that do not exist and for
 * a split name that selects nothing.
 */
export async function openCohort(options: CohortOptions): Promise<Cohort> {
  const pictures = await openRowPictures(options);
  const { pack } = pictures;
  const split = options.splitColumn === "" ? null : await openSplit(options);
  const hash = createHash("sha256");
  const named = new DuplicateFinder();
  const reading = new ReadingNotes();
  const watch = { onBytes: (bytes: Buffer) => void hash.update(bytes), ...reading.watch };
  const found = await countRows(options, split, named, watch);
  const locator = pictures.locator((dir, imageId) => named.has(dir, imageId));
  return {
    ...found,
    hasHeaders: false,
    pack,
    notes: () => [...reading.notes(), ...locator.notes()],
    sha256: createHash("sha256")
      .update(`${hash.digest("hex")} ${split?.sha256 ?? ""}${pack === null ? "" : ` ${pack.header.digest}`}`)
      .digest("hex"),
    samples: (start = 0) => locator.locateAll(from(selectedRows(options, split), start)),
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
    `${splitCsv}: column "${splitColumn}" has no "${splitName}"; it has ${found}`,
    {
      file: splitCsv,
      remedy: `Give one of these with \`splitName\`${nearestHint(splitName, names)}.`,
    },
  );
}

type CohortCounts = Pick<Cohort, "total" | "withoutSplit" | "duplicates">;

/** Counts the selected rows, and adds every picture of the annotations to `named`, selected or not. */
async function countRows(
  options: CohortOptions,
  split: Split | null,
  named: DuplicateFinder,
  watch: Watch,
): Promise<CohortCounts> {
  const duplicates = noDuplicates();
  const counts: CohortCounts = { total: 0, withoutSplit: 0, duplicates };
  // Reads all rows even if `limit` is reached before, because the hash covers the whole file.
  for await (const row of readAll(options, watch)) {
    const earlierRow = addTo(named, row);
    if (split !== null && isWithoutSplit(row, split)) counts.withoutSplit += 1;
    if (counts.total === options.limit || !isSelected(row, split, options.splitName)) continue;
    counts.total += 1;
    noteDuplicate(named, row, earlierRow, duplicates);
  }
  if (counts.total === 0 && options.limit !== 0) {
    const what = `the split (column "${options.splitColumn}", name "${options.splitName}") selects none of its rows`;
    throw csvError(
      options.annotationCsv,
      what,
      "Check that both files write patient_ID and dir in the same way.",
    );
  }
  return counts;
}

type Watch = Pick<AnnotationOptions, "onBytes" | "onForeign" | "onAge" | "onUnreadAge">;

/** Reads all rows. A bone age that is not a number counts as missing, because predictions do not need one. */
function readAll(
  options: CohortOptions,
  watch: Watch = { onUnreadAge: () => {} },
): AsyncIterable<CohortRow | BadRow> {
  return readAnnotations(options.annotationCsv, {
    sexNeed: options.sexNeed,
    requirePatientId: options.splitColumn !== "",
    ...watch,
  });
}

function isSelected(row: CohortRow | BadRow, split: Split | null, splitName: string): boolean {
  // A row with shifted cells may belong to any part, so it is selected and reported rather than lost silently.
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
    // `join`, not `resolve`, so that an absolute path in a cell stays below the image root.
    yield { index, row, imagePath: join(options.imgDir, row.dir, row.imageId) };
    index += 1;
  }
}

async function* from(rows: AsyncIterable<SelectedRow>, start: number): AsyncGenerator<SelectedRow> {
  for await (const selected of rows) if (selected.index >= start) yield selected;
}

async function* rowNumbers(options: CohortOptions, split: Split | null): AsyncGenerator<number> {
  for await (const selected of selectedRows(options, split)) yield selected.row.row;
}
