/** The rows that a run trains on, validates on and is tested on. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { readAnnotations, type Sex, whyUntrainable } from "../data/annotations.js";
import { DuplicateFinder } from "../data/duplicateFinder.js";
import { addTo, type Duplicates, duplicateLines, noDuplicates, noteDuplicate } from "../data/duplicates.js";
import { Locator } from "../data/locator.js";
import { openMasks, requireFolder } from "../data/masks.js";
import { ReadingNotes } from "../data/readingNotes.js";
import { reasonLines } from "../data/reasons.js";
import type { FailedSample, ReadySample, SelectedRow } from "../data/sample.js";
import { readSplit } from "../data/splits.js";
import { DeeplasiaError } from "../errors.js";
import type { TrainConfig } from "../options/train/index.js";
import { plural } from "../plural.js";

export const PARTS = ["train", "val", "test"] as const;
export type Part = (typeof PARTS)[number];

/** A picture whose age and sex are known. */
export interface TrainingRow extends ReadySample {
  sex: Sex;
  boneAgeMonths: number;
  /** 1 male, 0 female. */
  male: 0 | 1;
  /** Bone age as the network gives it; float32. */
  ageZ: number;
}

/** Months that an age of 0 stands for, and months a unit. */
export interface AgeScale {
  meanMonths: number;
  sdMonths: number;
}

export interface CohortPart {
  rows: TrainingRow[];
  /** Rows that cannot be used, those without a mask among them. */
  failed: FailedSample[];
}

export interface TrainingCohort {
  parts: Record<Part, CohortPart>;
  scale: AgeScale;
  /** Rows that the split does not name. */
  withoutSplit: number;
  /** Lines about what was read or found otherwise than it is written. */
  notes: string[];
  /** SHA-256 over what is learnt from and validated on, hex. */
  sha256: string;
}

type Source = Pick<
  TrainConfig["data"],
  "annotation_path" | "split_path" | "split_column" | "img_dir" | "mask_dirs"
>;

/**
 * Read annotations and splits, and look for every picture and mask. `scale` is that of the training rows unless given,
 * as in the reference of all of them that have an age, with a picture or without.
 *
 * Throws ERR_DEEPLASIA_CSV, _CSV_COLUMN, and ERR_DEEPLASIA_OPTION for a part that is empty but needed, or ages that are
 * all the same.
 */
export async function openTrainingCohort(source: Source, scale?: AgeScale): Promise<TrainingCohort> {
  const { img_dir: imgDir, mask_dirs: maskDirs } = source;
  await requireFolder(imgDir, "data.img_dir");
  const masks = await openMasks(maskDirs, "data.mask_dirs");
  const { selected, withoutSplit, named, notes } = await selectRows(source);
  const chosen = scale ?? ageScale(selected, source);
  const parts = {} as Record<Part, CohortPart>;
  const locator = new Locator(imgDir, masks, (dir, imageId) => named.has(dir, imageId));
  for (const part of PARTS) {
    parts[part] = { rows: [], failed: [] };
    for await (const sample of locator.locateAll(iterate(selected[part]))) {
      const found = "error" in sample ? sample : trainingRow(sample, chosen, source);
      if ("error" in found) parts[part].failed.push(found);
      else parts[part].rows.push(found);
    }
  }
  return {
    parts,
    scale: chosen,
    withoutSplit,
    notes: [...notes, ...locator.notes()],
    sha256: digest(parts, chosen),
  };
}

async function* iterate<T>(items: T[]): AsyncGenerator<T> {
  yield* items;
}

interface Selected {
  /** The rows of each part in the order of the annotations. */
  selected: Record<Part, SelectedRow[]>;
  withoutSplit: number;
  /** All pictures that the annotations name. */
  named: DuplicateFinder;
  notes: string[];
}

/** Throws ERR_DEEPLASIA_OPTION for a part that is empty but needed. */
async function selectRows(source: Source): Promise<Selected> {
  const { annotation_path, split_path, split_column, img_dir } = source;
  const split = await readSplit(split_path, split_column);
  const selected: Record<Part, SelectedRow[]> = { train: [], val: [], test: [] };
  const named = new DuplicateFinder();
  const duplicates: Duplicates = noDuplicates();
  const reading = new ReadingNotes();
  const otherWords = new Map<string, number>();
  let withoutSplit = 0;
  const rows = readAnnotations(annotation_path, {
    sexNeed: "needed",
    requirePatientId: true,
    requireBoneAge: true,
    onForeign: reading.watch.onForeign,
    onAge: reading.watch.onAge,
  });
  for await (const row of rows) {
    const earlierRow = addTo(named, row);
    // A row whose cells are shifted belongs to nobody knows whom; it is reported with the training rows.
    const part = row.patientId === null ? "train" : split.valueOf(row.patientId, row.dir);
    if (part === undefined) {
      withoutSplit += 1;
      continue;
    }
    // Other words than the three are no error: a split may keep rows for other uses.
    const ofPart = selected[part as Part] as SelectedRow[] | undefined;
    if (ofPart === undefined) otherWords.set(part, (otherWords.get(part) ?? 0) + 1);
    else {
      noteDuplicate(named, row, earlierRow, duplicates);
      ofPart.push({ index: ofPart.length, row, imagePath: join(img_dir, row.dir, row.imageId) });
    }
  }
  const words = [...otherWords].map(([word, count]) => `"${word}" (${count})`).join(", ");
  for (const part of ["train", "val"] as const) requireRows(part, selected, source, words);
  const notes = [...reading.notes(), ...duplicateLines(duplicates)];
  if (words !== "")
    notes.push(`rows are in no part where the split says ${words}: parts are train, val, test`);
  return { selected, withoutSplit, named, notes };
}

function requireRows(
  part: Part,
  selected: Selected["selected"],
  { split_path, split_column }: Source,
  otherWords: string,
): void {
  if (selected[part].length > 0) return;
  const found = otherWords === "" ? "" : `; what it says of rows is ${otherWords}`;
  const what = `no row of the annotations is in the part "${part}" of the split (column "${split_column}" of ${split_path})${found}`;
  const shifted = selected.train.flatMap(({ row }) =>
    "error" in row && row.patientId === null ? [row] : [],
  );
  if (shifted.length > 0)
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", withReasons(what, shifted), { remedy: LOOK });
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, {
    file: split_path,
    remedy:
      "Check data.split_column, and that patient_ID and dir are written alike in both files; parts are called train, " +
      "val and test. `deeplasia-native cohort split` makes a split.",
  });
}

/** Throws ERR_DEEPLASIA_OPTION, with the reasons, if none of a part's rows can be used. */
export function requireUsable(part: Part, { rows, failed }: CohortPart): void {
  if (rows.length > 0 || failed.length === 0) return;
  const what = `none of ${plural(failed.length, "row")} of the part "${part}" can be used`;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", withReasons(what, failed), { remedy: LOOK });
}

const LOOK =
  "Check data.img_dir, data.mask_dirs and the annotations; `deeplasia-native cohort check` lists what is wrong.";

/** `none can be used: 12 rows: …`, or a line for each of several reasons. */
function withReasons(what: string, failed: readonly { error: DeeplasiaError }[]): string {
  const lines = reasonLines(failed.map(({ error }) => error));
  return lines.length === 1 ? `${what}: ${lines[0]}` : [`${what}:`, ...lines].join("\n  ");
}

/** Mean and SD (n - 1) of the training ages. */
function ageScale(selected: Selected["selected"], { annotation_path: file }: Source): AgeScale {
  const ages = selected.train.flatMap(({ row }) => ("error" in row ? [] : (row.boneAgeMonths ?? [])));
  const meanMonths = ages.reduce((sum, age) => sum + age, 0) / ages.length;
  const squares = ages.reduce((sum, age) => sum + (age - meanMonths) ** 2, 0);
  const sdMonths = Math.sqrt(squares / (ages.length - 1));
  if (sdMonths > 0) return { meanMonths, sdMonths };
  if (ages.length > 1) {
    const what = `${file}: all training rows have a bone age of ${ages[0]} months: there is nothing to learn from`;
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, {
      file,
      remedy: "Check the column bone_age (months) and the split.",
    });
  }
  // What is wrong with these rows is seldom right in the others.
  const failed = PARTS.flatMap((part) => selected[part]).flatMap(({ row }) => {
    const error = "error" in row ? row.error : whyUntrainable(row, file);
    return error === null ? [] : { error };
  });
  const rows = plural(selected.train.length, "training row");
  const usable =
    failed.length === 0 ? `the split has ${rows} alone` : `only ${ages.length} of ${rows} can be used`;
  const what = `${file}: ${usable}, so there is nothing to learn from`;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", failed.length === 0 ? what : withReasons(what, failed), {
    file,
    remedy: failed.length === 0 ? "Check the split." : LOOK,
  });
}

function trainingRow(
  sample: ReadySample,
  { meanMonths, sdMonths }: AgeScale,
  { annotation_path: file }: Source,
): TrainingRow | FailedSample {
  const { sex, boneAgeMonths, index, row, imageId, dir } = sample;
  if (sex !== null && boneAgeMonths !== null) {
    const ageZ = Math.fround((boneAgeMonths - meanMonths) / sdMonths);
    return { ...sample, sex, boneAgeMonths, male: sex === "M" ? 1 : 0, ageZ };
  }
  return { index, row, imageId, dir, error: whyUntrainable(sample, file)!, dropped: false };
}

function digest(parts: Record<Part, CohortPart>, scale: AgeScale): string {
  const hash = createHash("sha256").update(JSON.stringify(scale));
  for (const part of ["train", "val"] as const)
    for (const { row, imageId, dir, sex, boneAgeMonths, maskPath } of parts[part].rows)
      hash.update(JSON.stringify([part, row, imageId, dir, sex, boneAgeMonths, maskPath !== null]));
  return hash.digest("hex");
}
