/** The rows that a run trains on, validates on and is tested on. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { readAnnotations, type Sex } from "../data/annotations.js";
import { openMasks, requireFolder } from "../data/masks.js";
import { type FailedSample, locateFiles, type ReadySample, type SelectedRow } from "../data/sample.js";
import { readSplit } from "../data/splits.js";
import { DeeplasiaError, formatError } from "../errors.js";
import type { TrainConfig } from "../options/train/index.js";

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
  const { selected, withoutSplit } = await selectRows(source);
  for (const part of ["train", "val"] as const) requireRows(part, selected[part], source);
  const ages = selected.train.flatMap(({ row }) => ("error" in row ? [] : (row.boneAgeMonths ?? [])));
  const chosen = scale ?? ageScale(ages, source);
  const parts = {} as Record<Part, CohortPart>;
  for (const part of PARTS) {
    parts[part] = { rows: [], failed: [] };
    for await (const sample of locateFiles(iterate(selected[part]), masks)) {
      const found = "error" in sample ? sample : trainingRow(sample, chosen, source);
      if ("error" in found) parts[part].failed.push(found);
      else parts[part].rows.push(found);
    }
  }
  return { parts, scale: chosen, withoutSplit, sha256: digest(parts, chosen) };
}

async function* iterate<T>(items: T[]): AsyncGenerator<T> {
  yield* items;
}

/** The rows of each part in the order of the annotations. */
async function selectRows({ annotation_path, split_path, split_column, img_dir }: Source) {
  const split = await readSplit(split_path, split_column);
  const selected: Record<Part, SelectedRow[]> = { train: [], val: [], test: [] };
  let withoutSplit = 0;
  const rows = readAnnotations(annotation_path, { sexNeed: "needed", requirePatientId: true });
  for await (const row of rows) {
    // A row whose cells are shifted belongs to nobody knows whom; it is reported with the training rows.
    const part = row.patientId === null ? "train" : split.valueOf(row.patientId, row.dir);
    if (part === undefined) withoutSplit += 1;
    // Other words than the three are no error: a split may keep rows for other uses.
    const ofPart = selected[part as Part] as SelectedRow[] | undefined;
    ofPart?.push({ index: ofPart.length, row, imagePath: join(img_dir, row.dir, row.imageId) });
  }
  return { selected, withoutSplit };
}

function requireRows(part: Part, rows: readonly unknown[], { split_path, split_column }: Source): void {
  if (rows.length > 0) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `no row of the annotations is in the part "${part}" of the split (column "${split_column}" of ${split_path})`,
    {
      file: split_path,
      remedy:
        "Check data.split_column, and that patient_ID and dir are written alike in both files; " +
        "`deeplasia-native cohort split` makes a split.",
    },
  );
}

/** Throws ERR_DEEPLASIA_OPTION, with the first reason, if none of a part's rows can be used. */
export function requireUsable(part: Part, { rows, failed }: CohortPart): void {
  const [first] = failed;
  if (rows.length > 0 || first === undefined) return;
  const what = `none of the ${failed.length} row(s) of the part "${part}" can be used; the first: ${formatError(first.error)}`;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, {
    remedy:
      "Check data.img_dir, data.mask_dirs and the annotations; `deeplasia-native cohort check` lists what is wrong.",
  });
}

/** Mean and SD (n - 1) of the training ages. */
function ageScale(ages: readonly number[], { annotation_path: file }: Source): AgeScale {
  const meanMonths = ages.reduce((sum, age) => sum + age, 0) / ages.length;
  const squares = ages.reduce((sum, age) => sum + (age - meanMonths) ** 2, 0);
  const sdMonths = Math.sqrt(squares / (ages.length - 1));
  if (sdMonths > 0) return { meanMonths, sdMonths };
  const what =
    ages.length < 2
      ? `only ${ages.length} training row(s) have a bone age`
      : `all training rows have a bone age of ${ages[0]} months`;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${file}: ${what}: there is nothing to learn from`, {
    file,
    remedy: "Check the column bone_age (months) and the split.",
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
  const error = new DeeplasiaError("ERR_DEEPLASIA_ROW", "bone_age is empty", {
    file,
    row,
    remedy: "Write the bone age in months, or take the row out of the split.",
  });
  return { index, row, imageId, dir, error, dropped: false };
}

function digest(parts: Record<Part, CohortPart>, scale: AgeScale): string {
  const hash = createHash("sha256").update(JSON.stringify(scale));
  for (const part of ["train", "val"] as const)
    for (const { row, imageId, dir, sex, boneAgeMonths, maskPath } of parts[part].rows)
      hash.update(JSON.stringify([part, row, imageId, dir, sex, boneAgeMonths, maskPath !== null]));
  return hash.digest("hex");
}
