/** Options of `augment-preview`: the sheet's own, and the settings of training that change a picture. */
import { z } from "zod";
import { abortSignal } from "../schema/callbacks.js";
import { isPlainObject, pathArgument } from "./library.js";
import { predictOptions } from "./predict.js";
import { type SettingFlag, sectionFlags } from "./settingFlags.js";
import { augmentationSettings, dataSettings } from "./train/dataSettings.js";

const { annotationCsv, imgDir, maskDirs, splitCsv, splitColumn, splitName, yes } = predictOptions.shape;
const word32 = z.int().min(0).max(0xffffffff);

const sheetShape = {
  n: z.int().min(1).max(1000).default(8).meta({
    description: "pictures, one a row of the sheet: the first of the cohort",
    argument: "<n>",
  }),
  columns: z.int().min(1).max(1000).default(7).meta({
    description: "epochs of each picture, beside the picture without augmentation",
    argument: "<n>",
  }),
  seed: word32.default(42).meta({ description: "seed of the run", argument: "<n>" }),
  epoch: word32.default(0).meta({ description: "the first epoch shown, from 0", argument: "<n>" }),
  out: z.string().min(1).default("augment-preview.png").meta({
    description: "the sheet, a PNG",
    argument: "<file>",
    short: "o",
  }),
  yes,
};

const cohortShape = {
  annotationCsv: annotationCsv.meta({
    ...annotationCsv.meta(),
    description: "rows to show: image_ID, dir, patient_ID, sex, bone_age",
  }),
  ...{ imgDir, maskDirs, splitCsv, splitColumn, splitName },
};

export const previewSettings = z.strictObject({
  ...dataSettings.pick({ input_size: true, mask_crop_size: true }).shape,
  ...augmentationSettings.shape,
});

/** Options of `previewAugmentation`. */
export const previewAugmentationOptions = z.strictObject({
  files: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .meta({ description: "a list of pictures, folders or glob patterns, instead of annotationCsv" }),
  annotationCsv: cohortShape.annotationCsv,
  imgDir: cohortShape.imgDir
    .unwrap()
    .optional()
    .meta({ description: "root of the pictures of annotationCsv" }),
  ...{ maskDirs, splitColumn, splitName },
  splitCsv: splitCsv.unwrap().optional().meta({ description: "splits; needed with splitColumn" }),
  n: sheetShape.n,
  columns: sheetShape.columns,
  seed: sheetShape.seed,
  epoch: sheetShape.epoch,
  out: pathArgument
    .optional()
    .meta({ description: "file for the sheet, a PNG; without it nothing is written" }),
  settings: z
    .custom<Partial<z.input<typeof previewSettings>>>(isPlainObject, "must be an object")
    .optional()
    .meta({
      description: `settings of training below data: ${Object.keys(previewSettings.shape).join(", ")}`,
    }),
  signal: abortSignal,
});

/** Headings of `--help`, in order, with the options below each. */
export const PREVIEW_GROUPS = { "Pictures:": cohortShape, "Sheet:": sheetShape };

export const previewFlags = z.strictObject({ ...cohortShape, ...sheetShape });

export const PREVIEW_FLAGS: readonly SettingFlag[] = sectionFlags(
  "data",
  previewSettings,
  "Settings of training:",
);
