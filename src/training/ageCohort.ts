import { whyUntrainable } from "../data/annotations.js";
import { openMasks, requireFolder } from "../data/masks.js";
import type { FailedSample, ReadySample } from "../data/sample.js";
import type { DataSettings } from "../options/train/dataSettings.js";
import { type AgeScale, zFromMonths } from "../statistics/ageScale.js";
import { type RowSource, selectRows } from "./selectRows.js";
import { locateRows, type TrainingCohort } from "./trainingCohort.js";
import type { AgeRow } from "./trainingRow.js";
import { trainingScale } from "./trainingScale.js";

/**
 * Reads annotations and splits, and finds every picture and mask. `scale` is that of the training rows unless given.
 *
 * Throws ERR_DEEPLASIA_CSV, _CSV_COLUMN, and ERR_DEEPLASIA_OPTION for a folder that does not exist, a training or validation
 * part without rows, or ages that are all the same.
 */
export async function openAgeCohort(
  source: RowSource & Pick<DataSettings, "mask_dirs">,
  scale?: AgeScale,
): Promise<TrainingCohort<AgeRow> & { scale: AgeScale }> {
  const { annotation_path: file, img_dir: imgDir, mask_dirs: maskDirs } = source;
  await requireFolder(imgDir, "data.img_dir");
  const masks = await openMasks(maskDirs, "data.mask_dirs");
  const rows = await selectRows(source, { sexNeed: "needed", requireBoneAge: true });
  const chosen = scale ?? trainingScale(rows.selected, file);
  const cohort = await locateRows(rows, { imgDir, masks, scale: chosen }, (sample) =>
    rowOf(sample, chosen, file),
  );
  return { ...cohort, scale: chosen };
}

function rowOf(sample: ReadySample, scale: AgeScale, file: string): AgeRow | FailedSample {
  const { sex, boneAgeMonths, index, row, imageId, dir } = sample;
  if (sex !== null && boneAgeMonths !== null) {
    const ageZ = Math.fround(zFromMonths(boneAgeMonths, scale));
    return { ...sample, sex, boneAgeMonths, male: sex === "M" ? 1 : 0, ageZ };
  }
  return { index, row, imageId, dir, error: whyUntrainable(sample, file)!, dropped: false };
}
