/** Options of `mask`, declared once. */
import { z } from "zod";
import { deviceOptions } from "./device.js";
import { predictOptions } from "./predict.js";
import { trustOptions } from "./trust.js";

const { annotationCsv, imgDir, splitCsv, splitColumn, splitName } = predictOptions.shape;
const { numWorkers, overwrite, progress, yes } = predictOptions.shape;

const out = z.string().min(1).meta({
  description: "folder of the masks: PNGs, laid out as the pictures",
  argument: "<folder>",
  short: "o",
});
const sheet = z.string().min(1).optional().meta({
  description: "file for a contact sheet, a PNG: the first 200 pictures with the outlines of their masks",
  argument: "<file>",
});

const pictures = {
  annotationCsv: annotationCsv.meta({
    ...annotationCsv.meta(),
    description: "rows whose pictures get masks: image_ID, dir, patient_ID, sex, bone_age",
  }),
  ...{ imgDir, splitCsv, splitColumn, splitName },
};

const output = {
  out,
  maskModel: z
    .string()
    .min(1)
    .default("auto")
    .meta({ description: "the hand-mask model; auto: the bundled one", argument: "<model>" }),
  sheet,
  overwrite: overwrite.meta({ description: "make masks anew that are there already" }),
};

/** Headings of `--help`, in order, with the options below each. */
export const MASK_GROUPS = {
  "Pictures:": pictures,
  "Masks:": output,
  "Run:": { numWorkers, ...deviceOptions, ...trustOptions.shape, progress, yes },
};

export const maskFlags = z.strictObject({
  ...pictures,
  ...output,
  ...MASK_GROUPS["Run:"],
});
