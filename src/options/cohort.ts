/** Every option of `cohort import`, `cohort split` and `cohort check`, declared once. */

import { z } from "zod";
import { DEFAULT_IMG_DIR } from "./folders.js";
import { predictOptions } from "./predict.js";

const file = z.string().min(1);
const json = z.boolean().default(false).meta({ description: "report as JSON" });

const outputOptions = {
  out: file.meta({ description: "the new CSV", argument: "<file>", short: "o" }),
  overwrite: z.boolean().default(false).meta({ description: "replace the new file where it exists" }),
  json,
};
const exclude = z
  .array(z.string())
  .default([])
  .meta({ description: "pictures to leave out, by name or id", argument: "<names...>" });

export const importDhaOptions = z.strictObject({ ...outputOptions, exclude });

export const importDicomOptions = z.strictObject({ ...outputOptions, exclude });

export const importRsnaOptions = z.strictObject({
  ...outputOptions,
  exclude,
  dir: z.string().optional().meta({
    description:
      "dir of every row, where the pictures will lie below the image root (default: where they lie now)",
    argument: "<folder>",
  }),
  splits: file.optional().meta({
    description: "also write the challenge's own split: patient_ID, dir, rsna_original",
    argument: "<file>",
  }),
});

export const importGenericOptions = z.strictObject({
  ...outputOptions,
  exclude,
  map: file.meta({
    description:
      "columns: image=..,sex=..,age=..,unit=months|years; also male= (true or false), patient=, dir=",
    argument: "<fields>",
  }),
  imgDir: file.optional().meta({
    description: "root of the pictures: rows without a picture are left out, extensions are found",
    argument: "<folder>",
    reference: true,
  }),
});

export const splitOptions = z.strictObject({
  ...outputOptions,
  scheme: file.default("split").meta({
    description: "name of the column; with --folds <name>_0 and so on",
    argument: "<name>",
  }),
  seed: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(42)
    .meta({ description: "same seed and patients, same split", argument: "<n>" }),
  val: z.number().min(0).lt(1).default(0.1).meta({
    description: "share of the pictures in val (without --folds)",
    argument: "<share>",
  }),
  test: z.number().min(0).lt(1).optional().meta({
    description: "share of the pictures in test (default: 0.1; 0 with --folds or --test-patients)",
    argument: "<share>",
  }),
  testPatients: file.optional().meta({
    description: "CSV with patient_ID: these patients are test, and no others",
    argument: "<file>",
  }),
  folds: z.int().min(0).max(1000).default(0).meta({
    description:
      "a column a fold, whose pictures are val there and train in the other columns; 0: one column",
    argument: "<k>",
  }),
  bandMonths: z.number().min(1).default(24).meta({
    description: "width of the age bands that are alike in every part, months",
    argument: "<months>",
  }),
});

export const checkOptions = z.strictObject({
  imgDir: file.default(DEFAULT_IMG_DIR).meta({
    description: "root of the pictures: <img_dir>/<dir>/<image_ID>",
    argument: "<folder>",
    reference: true,
  }),
  maskDirs: z.array(z.string()).default([]).meta({
    description: "roots of the masks, laid out as the pictures",
    argument: "<folders...>",
    reference: true,
  }),
  splitCsv: file.optional().meta({
    description: "splits to be checked too: patient_ID, dir, one column a scheme",
    argument: "<file>",
    reference: true,
  }),
  splitColumn: z
    .string()
    .default("")
    .meta({ description: "scheme to check; empty: all", argument: "<name>", reference: true }),
  decode: z
    .boolean()
    .default(false)
    .meta({ description: "decode every picture and mask too, and compare their sizes" }),
  numWorkers: z
    .int()
    .min(1)
    .max(512)
    .default(8)
    .meta({ description: "files that are looked at at once", argument: "<n>", reference: true }),
  progress: predictOptions.shape.progress,
  json,
});
