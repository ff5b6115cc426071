import { Locator } from "../data/locator.js";
import { openMasks, requireFolder } from "../data/masks.js";
import type { RowPictures } from "../data/rowPictures.js";
import { DeeplasiaError } from "../errors.js";
import type { DataSettings } from "../options/train/dataSettings.js";
import { type RowSource, selectRows } from "./selectRows.js";
import { locateRows, type TrainingCohort } from "./trainingCohort.js";
import type { MaskRow } from "./trainingRow.js";

/**
 * Reads annotations and splits, and finds every picture and the mask that a network shall learn to make of it. Sex and age
 * need not be known.
 *
 * Throws ERR_DEEPLASIA_CSV, _CSV_COLUMN, and ERR_DEEPLASIA_OPTION for a folder that does not exist, missing masks, or a
 * training or validation part without rows.
 */
export async function openMaskCohort(
  source: RowSource & Pick<DataSettings, "mask_dirs">,
): Promise<TrainingCohort<MaskRow>> {
  const { img_dir: imgDir, mask_dirs: maskDirs } = source;
  await requireFolder(imgDir, "data.img_dir");
  const masks = await openMasks(maskDirs, "data.mask_dirs");
  if (!masks.used) throw noMasks();
  const rows = await selectRows(source, { sexNeed: "ignored", onUnreadAge() {} });
  // A pack has no masks beside its pictures.
  const pictures: RowPictures = { pack: null, locator: (isNamed) => new Locator(imgDir, masks, isNamed) };
  return locateRows(rows, { pictures, scale: null }, (sample) => ({
    ...sample,
    maskPath: sample.maskPath!, // the locator leaves out a row without one
  }));
}

function noMasks(): DeeplasiaError {
  return new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    "data.mask_dirs names no folder, but the masks are what a network of the kind mask learns",
    {
      remedy:
        "Set data.mask_dirs to the roots of the masks, laid out as the pictures. `deeplasia-native phantom --hard` draws " +
        "pictures with masks.",
    },
  );
}
