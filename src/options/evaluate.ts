/** Options of `evaluate` and `compare`, and of the library calls that they make. */
import { z } from "zod";
import { abortSignal } from "../schema/callbacks.js";
import { checkpointOptions } from "./checkpoint.js";
import { deviceOptions } from "./device.js";
import { pathArgument } from "./library.js";
import { predictModelShape } from "./predictModel.js";
import { predictOutputShape } from "./predictOutput.js";
import { clusterShape, cohortShape, runShape } from "./predictRows.js";
import { resamplingShape } from "./resampling.js";

const file = z.string().min(1);

const cohort = {
  annotationCsv: file.optional().meta({
    description:
      "true bone ages: image_ID, dir, patient_ID, sex, bone_age; further columns may be chronological_age and rater_*. Without it the truth is a column of the predictions",
    reads: true,
    argument: "<file>",
    reference: true,
  }),
  splitCsv: file.optional().meta({
    description: "splits: patient_ID, dir, one column a scheme; goes with the name of a column",
    reads: true,
    argument: "<file>",
    reference: true,
  }),
  splitColumn: file.optional().meta({
    description: "the scheme, a column of the split CSV",
    argument: "<name>",
    reference: true,
  }),
  splitName: file.default("test").meta({
    description: "the part of the split that is evaluated",
    argument: "<name>",
    reference: true,
  }),
  predictionColumn: file.optional().meta({
    description:
      "the column of predicted months (default: ensemble_bone_age, pred_bone_age, or the most corrected one of a run's CSV)",
    argument: "<name>",
  }),
};

const report = {
  ...resamplingShape,
  title: file.optional().meta({ description: "title of the report", argument: "<text>" }),
  overwrite: z.boolean().default(false).meta({ description: "replace a report that is in the folder" }),
};

const out = file.meta({ description: "the folder of the report", argument: "<folder>", short: "o" });
const maybeOut = pathArgument.optional().meta({
  description: "the folder of the report; without it nothing is written",
});

const grouping = {
  by: z.array(file).default([]).meta({
    description: "columns of the CSVs to group by, besides sex and age: dir, or any other",
    argument: "<columns...>",
  }),
  bandMonths: z.number().min(1).max(240).default(24).meta({
    description: "width of an age band in months",
    argument: "<months>",
  }),
  calibrate: file.optional().meta({
    description:
      "a part of the split, such as val, from whose errors prediction intervals of 80, 90 and 95 % follow (split-conformal): their coverage and width in the report, and intervals.csv",
    argument: "<part>",
  }),
  referenceSd: file.optional().meta({
    description:
      "SDs of bone age for SDS: CSV with sex, age, sd (months); for cohorts with chronological_age",
    reads: true,
    argument: "<file>",
  }),
};

/** Options of the evaluation of models, beside those of ready predictions; the reference's, where it has them. */
const testing = {
  noTestTtaRot: z.boolean().default(false).meta({
    description: "validation and test: do not turn the pictures by -10, -5, 0, 5 and 10 degrees",
    reference: true,
  }),
  noTestTtaFlip: z
    .boolean()
    .default(false)
    .meta({ description: "validation and test: do not mirror the pictures as well", reference: true }),
  trainTtaRot: z
    .boolean()
    .default(false)
    .meta({ description: "turn the pictures of the training part too", reference: true }),
  trainTtaFlip: z
    .boolean()
    .default(false)
    .meta({ description: "mirror the pictures of the training part too", reference: true }),
  noRegression: z.boolean().default(false).meta({
    description:
      "fit no bias correction to the training part, which is not predicted then; the model's own correction is used",
    reference: true,
  }),
  robustness: z.boolean().default(false).meta({
    changesOutput: false,
    description:
      "predict each evaluated picture also turned, mirrored, brighter, darker, with other contrast, inverted, with a laterality marker, coarser and as JPEG, and report how far its age moves",
  }),
  inPlace: z.boolean().default(false).meta({
    description: "write the fitted correction into the model itself, not into a copy in the report's folder",
  }),
};

const { imgDir, maskDirs, limitPredictBatches } = cohortShape;
const { ttaRot: _rot, ttaFlip: _flip, ...running } = runShape;
const { onQuality, autoOrient, strict, resume, progress, yes } = predictOutputShape;

/** What `evaluate` and `evaluateModels` take to predict a cohort. */
export const modelEvaluationShape = {
  ...{ imgDir, maskDirs, limitPredictBatches },
  ...running,
  ...clusterShape,
  ...{ onQuality, autoOrient, strict, resume },
  ...testing,
};

/** The library's options that the command has as well, in the order of a command line. */
export const evaluateModelsShape = { ...cohort, ...grouping, ...report, ...modelEvaluationShape };

/** Headings of the help of `evaluate`, with the options below each. */
export const EVALUATE_GROUPS = {
  "Options:": { out, ...cohort, ...grouping, ...report },
  "Model to evaluate, instead of predictions:": predictModelShape,
  "Its predictions:": modelEvaluationShape,
  "Checkpoints:": checkpointOptions.shape,
  "Device and terminal:": { ...deviceOptions, progress, yes },
};

export const evaluateFlags = z.strictObject({
  ...EVALUATE_GROUPS["Options:"],
  ...EVALUATE_GROUPS["Model to evaluate, instead of predictions:"],
  ...EVALUATE_GROUPS["Its predictions:"],
  ...EVALUATE_GROUPS["Checkpoints:"],
  ...EVALUATE_GROUPS["Device and terminal:"],
});
export const evaluatePredictionsOptions = z.strictObject({
  out: maybeOut,
  compareWith: z.array(pathArgument).default([]).meta({
    description: "prediction CSVs of other models or readers, which the report compares these with",
  }),
  ...cohort,
  ...grouping,
  ...report,
  signal: abortSignal,
});

const choosing = {
  chooseOn: file.optional().meta({
    description:
      "a part of the split, such as val, on whose pictures the best mean of models is chosen; its MAD is that on the compared ones",
    argument: "<part>",
  }),
};

export const compareFlags = z.strictObject({ out, ...cohort, ...choosing, ...report });
export const comparePredictionsOptions = z.strictObject({
  out: maybeOut,
  ...cohort,
  ...choosing,
  ...report,
  signal: abortSignal,
});
