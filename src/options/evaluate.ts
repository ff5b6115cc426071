/** Options of `evaluate` and `compare`, and of the library calls of the same names. */
import { z } from "zod";
import { abortSignal } from "../schema/callbacks.js";
import { pathArgument } from "./library.js";

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
  resamples: z.int().min(100).max(100_000).default(2000).meta({
    description: "resamples of each bootstrap interval; patients are drawn where patient_ID is known",
    argument: "<n>",
  }),
  seed: z.int().min(0).max(4_294_967_295).default(42).meta({
    description: "same seed and files, same report",
    argument: "<n>",
  }),
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

export const evaluateFlags = z.strictObject({ out, ...cohort, ...grouping, ...report });
export const evaluatePredictionsOptions = z.strictObject({
  out: maybeOut,
  ...cohort,
  ...grouping,
  ...report,
  signal: abortSignal,
});

export const compareFlags = z.strictObject({ out, ...cohort, ...report });
export const comparePredictionsOptions = z.strictObject({
  out: maybeOut,
  ...cohort,
  ...report,
  signal: abortSignal,
});
