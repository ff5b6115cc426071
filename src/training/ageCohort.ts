import { whyUntrainable } from "../data/annotations.js";
import { openRowPictures } from "../data/rowPictures.js";
import type { FailedSample, ReadySample } from "../data/sample.js";
import { DeeplasiaError } from "../errors.js";
import type { DataSettings } from "../options/train/dataSettings.js";
import type { Pack } from "../packFile/pack.js";
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
  const folders = { annotationCsv: file, imgDir, maskDirs };
  const pictures = await openRowPictures(folders, { imgDir: "data.img_dir", maskDirs: "data.mask_dirs" });
  requireMasksAsPacked(pictures.pack, maskDirs);
  const rows = await selectRows(source, { sexNeed: "needed", requireBoneAge: true });
  const chosen = scale ?? trainingScale(rows.selected, file);
  const cohort = await locateRows(rows, { pictures, scale: chosen }, (sample) => rowOf(sample, chosen, file));
  return { ...cohort, scale: chosen };
}

/** The contract of the network depends on whether its pictures have masks. */
function requireMasksAsPacked(pack: Pack | null, maskDirs: readonly string[]): void {
  const wantsMasks = (maskDirs[0] ?? "") !== "";
  if (pack === null || pack.manifest.isMasked === wantsMasks) return;
  const [what, remedy] = wantsMasks
    ? ["has pictures without masks", "Set data.mask_dirs to [], or pack the cohort with masks."]
    : ["has masked pictures, and data.mask_dirs asks for none", `Set data.mask_dirs to [${pack.path}].`];
  throw new DeeplasiaError("ERR_DEEPLASIA_PACK", `the pack ${pack.path} ${what}`, {
    file: pack.path,
    remedy,
  });
}

function rowOf(sample: ReadySample, scale: AgeScale, file: string): AgeRow | FailedSample {
  const { sex, boneAgeMonths, index, row, imageId, dir } = sample;
  if (sex !== null && boneAgeMonths !== null) {
    const ageZ = Math.fround(zFromMonths(boneAgeMonths, scale));
    return { ...sample, sex, boneAgeMonths, male: sex === "M" ? 1 : 0, ageZ };
  }
  return { index, row, imageId, dir, error: whyUntrainable(sample, file)!, dropped: false };
}
