/** Options of `calibrate`, and of the library call `calibrateModel`. */
import { z } from "zod";
import { checkpointOptions } from "./checkpoint.js";
import { deviceOptions } from "./device.js";
import { predictModelShape } from "./predictModel.js";
import { predictOutputShape } from "./predictOutput.js";
import { cohortShape, runShape } from "./predictRows.js";
import { resamplingShape } from "./resampling.js";

const file = z.string().min(1);
const { imgDir, maskDirs } = cohortShape;
const { resamples, seed } = resamplingShape;
const { batchSize, maxMemory, numWorkers } = runShape;
const { onQuality, autoOrient, progress, yes } = predictOutputShape;
const { manifest, maskModel, trust } = predictModelShape;

const out = file.meta({
  description: "the new model: a copy with the site's correction, where that helps",
  argument: "<file>",
  short: "o",
});

/** What the library call takes besides the new file. */
export const siteShape = {
  annotationCsv: file.meta({
    description: "the site's pictures with their bone ages: image_ID, dir, patient_ID, sex, bone_age",
    reads: true,
    argument: "<file>",
    reference: true,
  }),
  ...{ imgDir, maskDirs },
  bySex: z.boolean().default(false).meta({ description: "a line for girls and one for boys" }),
  folds: z.int().min(2).max(100).default(10).meta({
    description: "folds of the cross-validation that measures the gain; patients stay together",
    argument: "<n>",
  }),
  resamples: resamples.meta({ ...resamples.meta(), description: "resamples of the gain's interval" }),
  seed: seed.meta({ ...seed.meta(), description: "same seed and files, same folds and interval" }),
  overwrite: z.boolean().default(false).meta({ description: "replace the new file where it exists" }),
  ...{ batchSize, maxMemory, numWorkers, onQuality, autoOrient },
};

/** Headings of the help of `calibrate`, with the options below each. */
export const CALIBRATE_GROUPS = {
  "Options:": { out, ...siteShape },
  "Model:": { manifest, maskModel, trust },
  "Checkpoints:": checkpointOptions.shape,
  "Device and terminal:": { ...deviceOptions, progress, yes },
};

export const calibrateFlags = z.strictObject({
  ...CALIBRATE_GROUPS["Options:"],
  ...CALIBRATE_GROUPS["Model:"],
  ...CALIBRATE_GROUPS["Checkpoints:"],
  ...CALIBRATE_GROUPS["Device and terminal:"],
});
