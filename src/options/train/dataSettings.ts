/** `data.*`: pictures, splits, batches, augmentation. Names and meanings are the reference's. */

import { z } from "zod";
import { DEFAULT_IMG_DIR, DEFAULT_MASK_DIRS } from "../folders.js";

const path = z.string().min(1);
const probability = z.number().min(0).max(1);
const degrees = z.number().min(0).max(360);
const side = z.int().min(8).max(4096);

const sourceSettings = {
  annotation_path: path.default("data-management/annotation.csv").meta({
    description: "rows: image_ID, dir, patient_ID, sex, bone_age",
    reads: true,
    argument: "<file>",
    mayChange: true,
    referenceLayout: true,
  }),
  pack: path.nullable().default(null).meta({
    description:
      "a pack of the cohort (`deeplasia-native pack`), in place of annotation_path, img_dir and mask_dirs",
    reads: true,
    argument: "<file>",
    mayChange: true,
  }),
  split_path: path.default("data-management/splits/kaggle_only.csv").meta({
    description: "splits: patient_ID, dir, and one column per scheme with train, val or test",
    reads: true,
    argument: "<file>",
    mayChange: true,
    referenceLayout: true,
  }),
  split_column: path
    .default("org_split")
    .meta({ description: "scheme to use: a column of the splits", argument: "<name>", mayChange: true }),
  img_dir: path.default(DEFAULT_IMG_DIR).meta({
    description: "root of the pictures: <img_dir>/<dir>/<image_ID>",
    reads: true,
    argument: "<folder>",
    mayChange: true,
    referenceLayout: true,
  }),
  mask_dirs: z.array(z.string()).default(DEFAULT_MASK_DIRS).meta({
    description: "roots of the masks, laid out as the pictures; []: no masks",
    reads: true,
    argument: "<folders...>",
    mayChange: true,
    referenceLayout: true,
  }),
};

const loaderSettings = {
  train_batch_size: z.int().min(1).max(65536).default(24).meta({
    description: "pictures per training step; an incomplete last batch is left out",
    argument: "<n>",
  }),
  test_batch_size: z
    .int()
    .min(1)
    .max(65536)
    .default(32)
    .meta({ description: "pictures per batch of validation and test", argument: "<n>", mayChange: true }),
  num_workers: z.int().min(0).max(512).default(8).meta({
    description:
      "number of pictures that are decoded and augmented at once, which bounds the memory; 0 counts as 1",
    argument: "<n>",
    mayChange: true,
  }),
  use_cache: z
    .boolean()
    .default(false)
    .meta({ description: "keep decoded pictures, in memory or cache_dir", mayChange: true }),
  cache_dir: path.nullable().default(null).meta({
    description: "with use_cache: folder for the decoded pictures, on a fast disk; null: memory",
    argument: "<folder>",
    mayChange: true,
  }),
  cache_size: side.nullable().default(null).meta({
    description:
      "with use_cache: keep pictures reduced to this longer side in pixels (changes results); null: full size",
    argument: "<pixels>",
  }),
};

const pictureSettings = {
  input_size: z
    .tuple([z.union([z.literal(1), z.literal(3)]), side, side])
    .default([1, 512, 512])
    .meta({ description: "channels, height, width of the network's input", argument: "<C H W...>" }),
  norm_method: z.enum(["zscore", "interval", "fixed", "none"]).default("zscore").meta({
    description:
      "grey values to network input: per-picture z-score, the picture's range to [0, 1], black to white to [-1, 1], or as they are",
  }),
  mask_crop_size: z.number().max(10).default(-1).meta({
    description:
      "side of the square that is cut around the mask, as a multiple of its longer side; 0 or less: no crop",
    argument: "<factor>",
  }),
  reference_training: z.boolean().default(false).meta({
    description:
      "repeat two faults of the reference's training: the background is not subtracted, and a skipped contrast step still applies a gamma of 1, which lowers 24 grey values",
  }),
};

const augmentationShape = {
  augmentation: z.enum(["exact", "fast"]).default("exact").meta({
    description: "exact: the reference's separate steps; fast: all geometry in one sampling pass",
  }),
  rotation_range: degrees.default(30).meta({ description: "degrees, both ways", argument: "<degrees>" }),
  translate_perc: probability.default(0.2).meta({
    description: "shift: share of the side, both ways",
    argument: "<share>",
  }),
  flip_p: probability
    .default(0.5)
    .meta({ description: "probability of a mirrored picture", argument: "<p>" }),
  zoom_in: z.number().min(0).lt(1).default(0.2).meta({
    description: "the scale goes down to 1 - zoom_in (a smaller hand)",
    argument: "<share>",
  }),
  zoom_out: z.number().min(0).lt(1).default(0.2).meta({
    description: "the scale goes up to 1 / (1 - zoom_out) (a larger hand)",
    argument: "<share>",
  }),
  shear_angle: z
    .number()
    .min(0)
    .max(60)
    .default(10)
    .meta({ description: "degrees, both ways, both axes", argument: "<degrees>" }),
  contrast_gamma: z
    .int()
    .min(0)
    .max(99)
    .default(30)
    .meta({ description: "range of gamma around 100 %, both ways", argument: "<percent>" }),
  sharpen_p: probability.default(0.2).meta({ description: "probability of sharpening", argument: "<p>" }),
  clae_p: z.number().min(0).default(1).meta({
    description: "weight of CLAHE; gamma has a weight of 0.5, and one of the two is drawn",
    argument: "<weight>",
  }),
};

/** The settings that the augmentation of a picture depends on. */
export const augmentationSettings = z.strictObject({
  ...augmentationShape,
  reference_training: pictureSettings.reference_training,
});
export type AugmentationSettings = z.infer<typeof augmentationSettings>;

export const dataSettings = z.strictObject({
  ...sourceSettings,
  ...loaderSettings,
  ...pictureSettings,
  ...augmentationShape,
});
export type DataSettings = z.infer<typeof dataSettings>;
