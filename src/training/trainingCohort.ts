import { createHash } from "node:crypto";
import { whyUntrainable } from "../data/annotations.js";
import { Locator } from "../data/locator.js";
import { openMasks, requireFolder } from "../data/masks.js";
import type { FailedSample, ReadySample } from "../data/sample.js";
import type { DataSettings } from "../options/train/dataSettings.js";
import { plural } from "../plural.js";
import { type AgeScale, zFromMonths } from "../statistics/ageScale.js";
import { type RowSource, selectRows } from "./selectRows.js";
import { PARTS, type Part, type TrainingRow } from "./trainingRow.js";
import { trainingScale } from "./trainingScale.js";
import { unusableRows } from "./unusableRows.js";

export interface CohortPart {
  rows: TrainingRow[];
  /** Rows that cannot be used, those without a mask among them. */
  failed: FailedSample[];
}

/** The rows that a run trains on, validates on and is tested on. */
export interface TrainingCohort {
  parts: Record<Part, CohortPart>;
  scale: AgeScale;
  /** Number of rows that the split does not name. */
  withoutSplit: number;
  /** Lines about duplicates and about what was read or found in another way than it is written. */
  notes: string[];
  /** SHA-256 (hex) of the rows of training and validation. */
  sha256: string;
}

/**
 * Reads annotations and splits, and finds every picture and mask. `scale` is that of the training rows unless given.
 *
 * Throws ERR_DEEPLASIA_CSV, _CSV_COLUMN, and ERR_DEEPLASIA_OPTION for a folder that does not exist, a training or validation
 * part without rows, or ages that are all the same.
 */
export async function openTrainingCohort(
  source: RowSource & Pick<DataSettings, "mask_dirs">,
  scale?: AgeScale,
): Promise<TrainingCohort> {
  const { annotation_path: file, img_dir: imgDir, mask_dirs: maskDirs } = source;
  await requireFolder(imgDir, "data.img_dir");
  const masks = await openMasks(maskDirs, "data.mask_dirs");
  const { selected, withoutSplit, named, notes } = await selectRows(source);
  const chosen = scale ?? trainingScale(selected, file);
  const parts = {} as Record<Part, CohortPart>;
  const locator = new Locator(imgDir, masks, (dir, imageId) => named.has(dir, imageId));
  for (const part of PARTS) {
    parts[part] = { rows: [], failed: [] };
    for await (const sample of locator.locateAll(iterate(selected[part]))) {
      const found = "error" in sample ? sample : trainingRow(sample, chosen, file);
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

/** Throws ERR_DEEPLASIA_OPTION, with the reasons, if none of a part's rows can be used. */
export function requireUsable(part: Part, { rows, failed }: CohortPart): void {
  if (rows.length > 0 || failed.length === 0) return;
  throw unusableRows(`none of ${plural(failed.length, "row")} of the part "${part}" can be used`, failed);
}

function trainingRow(sample: ReadySample, scale: AgeScale, file: string): TrainingRow | FailedSample {
  const { sex, boneAgeMonths, index, row, imageId, dir } = sample;
  if (sex !== null && boneAgeMonths !== null) {
    const ageZ = Math.fround(zFromMonths(boneAgeMonths, scale));
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
