import { join } from "node:path";
import { type AnnotationOptions, readAnnotations } from "../data/annotations.js";
import { DuplicateFinder } from "../data/duplicateFinder.js";
import { addTo, type Duplicates, duplicateLines, noDuplicates, noteDuplicate } from "../data/duplicates.js";
import { ReadingNotes } from "../data/readingNotes.js";
import type { SelectedRow } from "../data/sample.js";
import { readSplit } from "../data/splits.js";
import { DeeplasiaError } from "../errors.js";
import type { DataSettings } from "../options/train/dataSettings.js";
import type { Part } from "./trainingRow.js";
import { unusableRows } from "./unusableRows.js";

export type RowSource = Pick<DataSettings, "annotation_path" | "split_path" | "split_column" | "img_dir">;

/** What a row must have besides its picture and its patient. */
export type RowNeeds = Pick<AnnotationOptions, "sexNeed" | "requireBoneAge" | "onUnreadAge">;

export interface SelectedRows {
  /** The rows of each part, in the order of the annotations. */
  selected: Record<Part, SelectedRow[]>;
  /** Number of rows that the split does not name. */
  withoutSplit: number;
  /** All pictures that the annotations name. */
  named: DuplicateFinder;
  /** Lines about duplicates and about what was read in another way than it is written. */
  notes: string[];
}

/**
 * Reads the annotations and the split, and returns the rows of each part.
 *
 * Throws ERR_DEEPLASIA_CSV, _CSV_COLUMN, and ERR_DEEPLASIA_OPTION for a training or validation part without rows.
 */
export async function selectRows(source: RowSource, needs: RowNeeds): Promise<SelectedRows> {
  const { annotation_path, split_path, split_column, img_dir } = source;
  const split = await readSplit(split_path, split_column);
  const selected: SelectedRows["selected"] = { train: [], val: [], test: [] };
  const named = new DuplicateFinder();
  const duplicates: Duplicates = noDuplicates();
  const reading = new ReadingNotes();
  const otherWords = new Map<string, number>();
  let withoutSplit = 0;
  const rows = readAnnotations(annotation_path, {
    ...needs,
    requirePatientId: true,
    onForeign: reading.watch.onForeign,
    onAge: reading.watch.onAge,
  });
  for await (const row of rows) {
    const earlierRow = addTo(named, row);
    // A row with shifted cells has no known patient: it is reported with the training rows.
    const part = row.patientId === null ? "train" : split.valueOf(row.patientId, row.dir);
    if (part === undefined) {
      withoutSplit += 1;
      continue;
    }
    // Other words are no error: a split may keep rows for other uses.
    const rowsOfPart = selected[part as Part] as SelectedRow[] | undefined;
    if (rowsOfPart === undefined) otherWords.set(part, (otherWords.get(part) ?? 0) + 1);
    else {
      noteDuplicate(named, row, earlierRow, duplicates);
      rowsOfPart.push({ index: rowsOfPart.length, row, imagePath: join(img_dir, row.dir, row.imageId) });
    }
  }
  const words = [...otherWords].map(([word, count]) => `"${word}" (${count})`).join(", ");
  for (const part of ["train", "val"] as const) requireRows(part, selected, source, words);
  const notes = [...reading.notes(), ...duplicateLines(duplicates)];
  if (words !== "")
    notes.push(`rows whose word in the split is ${words} are in no part: parts are train, val, test`);
  return { selected, withoutSplit, named, notes };
}

function requireRows(
  part: Part,
  selected: SelectedRows["selected"],
  { split_path, split_column }: RowSource,
  otherWords: string,
): void {
  if (selected[part].length > 0) return;
  const found = otherWords === "" ? "" : `; the split has the words ${otherWords}`;
  const what = `no row of the annotations is in the part "${part}" of the split (column "${split_column}" of ${split_path})${found}`;
  const shifted = selected.train.flatMap(({ row }) =>
    "error" in row && row.patientId === null ? [row] : [],
  );
  if (shifted.length > 0) throw unusableRows(what, shifted);
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, {
    file: split_path,
    remedy:
      "Check data.split_column, and that patient_ID and dir are written alike in both files; parts are called train, " +
      "val and test. `deeplasia-native cohort split` makes a split.",
  });
}
