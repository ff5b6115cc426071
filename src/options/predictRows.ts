/** Options of `predict` about its rows: which they are, how they are predicted, and how they are shared by processes. */
import { z } from "zod";
import { understood } from "../schema/understood.js";
import { readSexWord } from "../words.js";
import { DEFAULT_IMG_DIR } from "./folders.js";
import { sizeOption } from "./size.js";

const file = z.string().min(1);

/** A sex as CSVs write it; in a script also 1 (male) and 0 (female). Texts for an unknown sex count as none. */
const sexOption = understood(
  readSexWord,
  z.enum(["F", "M"], { error: "must be F or M (or female, male)" }).optional(),
)
  .meta({ typescript: "SexWord | null" })
  .optional();

export const cohortShape = {
  annotationCsv: file.optional().meta({
    changesOutput: false,
    description: "rows to predict: image_ID, dir, patient_ID, sex, bone_age",
    reads: true,
    argument: "<file>",
    reference: true,
  }),
  imgDir: file.default(DEFAULT_IMG_DIR).meta({
    description: "root of the pictures: <img_dir>/<dir>/<image_ID>",
    referenceLayout: true,
    reads: true,
    argument: "<folder>",
    reference: true,
  }),
  maskDirs: z.array(z.string()).default([]).meta({
    description:
      'roots of the masks, laid out as the pictures; the first that has a mask counts. "": no masks',
    reads: true,
    argument: "<folders...>",
    reference: true,
  }),
  splitCsv: file.default("data/splits/rsna_original.csv").meta({
    changesOutput: false,
    description: "splits: patient_ID, dir, one column a scheme; read only with `splitColumn`",
    referenceLayout: true,
    reads: true,
    argument: "<file>",
    reference: true,
  }),
  splitColumn: z
    .string()
    .default("")
    .meta({ description: "scheme to use; empty: all rows", argument: "<name>", reference: true }),
  splitName: z
    .string()
    .default("test")
    .meta({ description: "rows of that split", argument: "<name>", reference: true }),
  sex: sexOption.meta({
    changesOutput: false,
    description: "sex of all pictures given as files: F or M (default: that of each DICOM header)",
    argument: "<F|M>",
  }),
  sexFrom: file.optional().meta({
    changesOutput: false,
    description: "CSV with image_ID and sex to look the pictures up in; a file of predictions too",
    reads: true,
    argument: "<file>",
  }),
  limitPredictBatches: z.number().min(0).optional().meta({
    description: "at most that many batches; a fraction below 1 means that share of them",
    argument: "<n>",
    reference: true,
  }),
};

export const runShape = {
  flip: z
    .boolean()
    .default(false)
    .meta({ description: "mirror the pictures left to right", reference: true }),
  rotationAngle: z.number().min(-360).max(360).default(0).meta({
    description: "turn the pictures, degrees; positive is clockwise",
    argument: "<degrees>",
    reference: true,
  }),
  ttaRot: z
    .boolean()
    .default(false)
    .meta({
      description:
        "predict each picture turned by -10, -5, 0, 5 and 10 degrees, and take the mean (test-time augmentation); with columns for " +
        "each view, and tta_sd",
    }),
  ttaFlip: z.boolean().default(false).meta({
    description: "the same of each picture and its mirror image; with ttaRot all ten views",
  }),
  batchSize: z.int().min(1).max(4096).default(16).meta({
    changesOutput: false,
    description: "rows that are loaded and predicted together; an interrupted run resumes at such a block",
    argument: "<n>",
    reference: true,
  }),
  maxMemory: sizeOption.optional().meta({
    description:
      "most memory for the pictures in one forward, without the weights: 500MB, 2GB (default: on the CPU as much as makes " +
      "it faster, on a GPU all memory)",
    argument: "<size>",
  }),
  numWorkers: z.int().min(1).max(512).default(8).meta({
    changesOutput: false,
    description: "pictures decoded and preprocessed at once; bounds the memory",
    argument: "<n>",
    reference: true,
  }),
};

/** `3/16`, `none`, or `auto`: the share that SLURM's variables define. */
export const SHARD_PATTERN = /^(none|auto|[1-9]\d*\/[1-9]\d*)$/;

export const clusterShape = {
  shard: z
    .string()
    .regex(SHARD_PATTERN, "must be i/n with i from 1 to n, none or auto")
    .optional()
    .meta({
      changesOutput: false,
      description:
        "share of the rows, from 1: 3/16; none: all rows; auto: by the task of a SLURM array or job step " +
        "(the command's default for an `annotationCsv` into a file)",
      argument: "<i/n>",
    }),
  scratch: file.optional().meta({
    changesOutput: false,
    description:
      "copy pictures and masks to this node-local folder first, and remove them at the end; none; auto: $TMPDIR in a " +
      "SLURM job, if it is on another disk (the command's default for an `annotationCsv`)",
    argument: "<folder>",
  }),
};
