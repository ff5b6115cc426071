/** Options of `phantom`, declared once: name, type, default, unit, meaning. */
import { z } from "zod";
import { watching } from "./library.js";
import { predictOptions } from "./predict.js";

const { progress, yes } = predictOptions.shape;

export const phantomOptions = z.strictObject({
  out: z.string().min(1).meta({
    description: "folder of the new cohort: images, masks and CSVs",
    argument: "<folder>",
    short: "o",
  }),
  n: z.int().min(1).max(1_000_000).default(100).meta({
    description: "number of pictures, 1 to 1000000; picture i is the same for every n",
    argument: "<n>",
  }),
  seed: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(1)
    .meta({ description: "another seed, other hands; the same seed, the same bytes", argument: "<n>" }),
  maleShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .meta({ description: "share of boys, 0 to 1", argument: "<share>" }),
  minAge: z
    .number()
    .min(0)
    .max(240)
    .default(4)
    .meta({ description: "youngest bone age, months", argument: "<months>" }),
  maxAge: z
    .number()
    .min(0)
    .max(240)
    .default(222)
    .meta({ description: "oldest bone age, months; ages are uniform between the two", argument: "<months>" }),
  sizes: z
    .array(z.int().min(64).max(8192))
    .min(1)
    .default([700, 1000, 1400, 2000])
    .meta({ description: "possible lengths of the longer side, pixels, 64 to 8192", argument: "<pixels>" }),
  depth: z
    .enum(["8", "16", "mixed"])
    .default("mixed")
    .meta({ description: "bits a pixel; mixed: 16 in a fifth of the pictures", argument: "<bits>" }),
  hard: z
    .boolean()
    .default(false)
    .meta({
      description:
        "whole plates on which the hand is hard to find (any angle, either hand, borders, markers, other hands, " +
        "collimation, inverted film), with exact masks: to train mask models",
    }),
  numWorkers: z
    .int()
    .min(1)
    .max(512)
    .default(8)
    .meta({ description: "pictures drawn and written at once; bounds the memory", argument: "<n>" }),
  progress,
  yes,
});

const { minAge, maxAge, progress: _progress, yes: _yes, ...recipe } = phantomOptions.shape;
/** The same for the library, whose names carry their units. */
export const writePhantomsOptions = z.strictObject({
  ...recipe,
  minAgeMonths: minAge,
  maxAgeMonths: maxAge,
  ...watching,
});
