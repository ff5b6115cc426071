/** Options of `cohort import`, `cohort split` and `cohort check`, as flags and as those of the library calls. */

import { z } from "zod";
import { abortSignal } from "../schema/callbacks.js";
import { DEFAULT_IMG_DIR } from "./folders.js";
import { isPlainObject, pathArgument, watching } from "./library.js";
import { predictOptions } from "./predict.js";

const file = z.string().min(1);
const overwrite = z.boolean().default(false).meta({ description: "replace the new file where it exists" });
const out = file.meta({ description: "the new CSV", argument: "<file>", short: "o" });
const json = z.boolean().default(false).meta({ description: "report as JSON" });

/** What the commands that write a CSV have besides the options of the library call. */
const outputFlags = { out, overwrite, json };
/** The same of the library call: without `out` nothing is written. */
const written = {
  signal: abortSignal,
  out: pathArgument.optional().meta({ description: "the new CSV; without it nothing is written" }),
  overwrite,
};

const exclude = z
  .array(z.string())
  .default([])
  .meta({ description: "pictures to leave out, by name or id", argument: "<names...>" });

const rsnaShape = {
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
};
const genericShape = {
  exclude,
  imgDir: file.optional().meta({
    description: "root of the pictures: rows without a picture are left out, extensions are found",
    argument: "<folder>",
    reference: true,
  }),
};

export const importDhaFlags = z.strictObject({ ...outputFlags, exclude });
export const importDicomFlags = z.strictObject({ ...outputFlags, exclude });
export const importRsnaFlags = z.strictObject({ ...outputFlags, ...rsnaShape });
export const importGenericFlags = z.strictObject({
  ...outputFlags,
  ...genericShape,
  map: file.meta({
    description:
      "columns: image=..,sex=..,age=..,unit=months|years; also male= (true or false), patient=, dir=",
    argument: "<fields>",
  }),
});

/** Which column of a table holds what. */
export const COLUMN_MAP_FIELDS = ["image", "dir", "patient", "sex", "male", "age", "unit"] as const;
export type ColumnMap = Partial<Record<(typeof COLUMN_MAP_FIELDS)[number], string>>;

const dataSet = <S extends string>(name: S) => z.literal(name).meta({ description: "the data set" });

/** Options of `importCohort`, by the data set. */
export const importCohortOptions = {
  rsna: z.strictObject({ set: dataSet("rsna"), ...written, ...rsnaShape }),
  dha: z.strictObject({ set: dataSet("dha"), ...written, exclude }),
  dicom: z.strictObject({ set: dataSet("dicom"), ...written, exclude }),
  generic: z.strictObject({
    set: dataSet("generic"),
    ...written,
    ...genericShape,
    map: z.custom<ColumnMap>(isPlainObject, "must be an object").meta({
      description: `an object with the names of columns: ${COLUMN_MAP_FIELDS.join(", ")}`,
      typescript: `Readonly<Partial<Record<${COLUMN_MAP_FIELDS.map((field) => `"${field}"`).join(" | ")}, string>>>`,
    }),
  }),
};

const splitShape = {
  scheme: file.default("split").meta({
    description: "name of the column; with folds <name>_0 and so on",
    argument: "<name>",
  }),
  seed: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(42)
    .meta({ description: "same seed and patients, same split", argument: "<n>" }),
  val: z.number().min(0).lt(1).default(0.1).meta({
    description: "share of the pictures in val (without folds)",
    argument: "<share>",
  }),
  test: z.number().min(0).lt(1).optional().meta({
    description: "share of the pictures in test (default: 0.1; 0 with folds or given test patients)",
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
};
export const splitFlags = z.strictObject({ ...outputFlags, ...splitShape });
export const splitCohortOptions = z.strictObject({ ...written, ...splitShape });

const checkShape = {
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
    .meta({ description: "files that are checked at once", argument: "<n>", reference: true }),
};
export const checkFlags = z.strictObject({
  ...checkShape,
  progress: predictOptions.shape.progress,
  json,
});
export const checkCohortOptions = z.strictObject({
  ...checkShape,
  imgDir: file.meta({ description: "root of the pictures: <img_dir>/<dir>/<image_ID>" }),
  ...watching,
});
