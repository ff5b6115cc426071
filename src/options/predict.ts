/**
 * Every option of `predict`, declared once: name, type, default, unit, meaning. Flags, `--help`, validation, the types
 * of the library and `docs/options.md` derive from here.
 *
 * Naming: keys are camelCase; the flag is the same in kebab-case, or in the reference's snake_case where `reference`
 * is set. On the command line `-` and `_` are the same.
 */
import { z } from "zod";
import { PROGRESS_KINDS } from "../console/progress.js";
import { abortSignal } from "../schema/callbacks.js";
import { understood } from "../schema/understood.js";
import { readSexWord } from "../words.js";
import { checkpointOptions, readingOptions } from "./checkpoint.js";
import { deviceOptions } from "./device.js";
import { DEFAULT_IMG_DIR } from "./folders.js";
import { contractArgument } from "./library.js";
import { sizeOption } from "./size.js";
import { trustOptions } from "./trust.js";

const file = z.string().min(1);

/** An option of `predict` and `ensemble`. */
export const publishedMembers = z.enum(["published"]).optional().meta({
  description: "published: the three published members, from the folder given in place of their files",
});

const modelOptions = {
  ckpPath: z
    .array(file)
    .min(1)
    .optional()
    .meta({
      description:
        "the model: TorchScript, a checkpoint of the reference, or safetensors; several are an ensemble, named by their files or by name=path. " +
        "Takes all names that follow: pictures go before it, or after --",
      reads: true,
      argument: "<files...>",
      reference: true,
      short: "m",
    }),
  members: publishedMembers,
  manifest: file.optional().meta({
    changesOutput: false,
    description:
      "contract of the model, of every member; overrides what the model and the file beside it state",
    reads: true,
    argument: "<file>",
  }),
  predictSex: file.optional().meta({
    description:
      "a model with a sex head that predicts the sex of rows without one (column sex_predicted); only the contract's flags about masks apply to it",
    reads: true,
    argument: "<model>",
  }),
  maskModel: z
    .string()
    .min(1)
    .default("auto")
    .meta({
      changesOutput: false,
      description:
        "a hand-mask model that makes the masks that are not given; auto: the bundled one, where a model needs masks and there " +
        "are no `maskDirs`; none: predict without",
      argument: "<model|auto|none>",
    }),
  ...trustOptions.shape,
};

/** A sex as CSVs write it; in a script also 1 (male) and 0 (female). Texts for an unknown sex count as none. */
const sexOption = understood(
  readSexWord,
  z.enum(["F", "M"], { error: "must be F or M (or female, male)" }).optional(),
)
  .meta({ typescript: "SexWord | null" })
  .optional();

const cohortOptions = {
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

const runOptions = {
  flip: z
    .boolean()
    .default(false)
    .meta({ description: "mirror the pictures left to right", reference: true }),
  rotationAngle: z.number().min(-360).max(360).default(0).meta({
    description: "turn the pictures, degrees; positive is clockwise",
    argument: "<degrees>",
    reference: true,
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

const clusterOptions = {
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

const outputOptions = {
  outputPath: file.optional().meta({
    changesOutput: false,
    description:
      "file for the predictions, - for stdout (the command's default for an `annotationCsv`: output/predictions_results.csv)",
    argument: "<file>",
    reference: true,
    short: "o",
  }),
  format: z
    .enum(["csv", "jsonl"])
    .default("csv")
    .meta({ changesOutput: false, description: "format of the output", argument: "<name>" }),
  memberCsvs: file.optional().meta({
    description: "folder for the predictions of each member of an ensemble, as <member>.csv",
    argument: "<folder>",
  }),
  saveMasks: file.optional().meta({
    changesOutput: false,
    description: "folder for the masks that a model makes, as PNG, laid out as the pictures",
    argument: "<folder>",
  }),
  debugPictures: file.optional().meta({
    changesOutput: false,
    description:
      "folder for pictures of what the networks are given: <picture>.input0.png and so on, and <picture>.box.png with the box that a cropper found",
    argument: "<folder>",
  }),
  dicomOut: file.optional().meta({
    description:
      "folder for a DICOM report (SR) and an annotated copy (SC) of each predicted DICOM file, in its study; they name the " +
      "patient as the file does",
    argument: "<folder>",
  }),
  resume: z.boolean().default(false).meta({
    changesOutput: false,
    description:
      "resume an interrupted run of the same command; after a finished run, repeat only the rows that failed",
  }),
  overwrite: z
    .boolean()
    .default(false)
    .meta({ changesOutput: false, description: "discard the partial output of an interrupted run" }),
  autoOrient: z
    .boolean()
    .default(false)
    .meta({
      description:
        "turn pictures whose fingers surely point down or aside, and invert those that surely have dark bone, where there is a " +
        "mask; the column oriented has what was done",
    }),
  onQuality: z
    .enum(["none", "report", "fail"])
    .optional()
    .meta({
      description:
        "checks of every picture: none, a column quality with what is doubtful, or a failed row (default: " +
        "report where a model makes the masks, else none)",
    }),
  strict: z
    .boolean()
    .default(false)
    .meta({ description: "count a row without a mask as a failure instead of leaving it out" }),
  progress: z
    .enum(PROGRESS_KINDS)
    .default("auto")
    .meta({ description: "how progress is shown on stderr", argument: "<kind>" }),
  yes: z
    .boolean()
    .default(false)
    .meta({ description: "answer yes to every question (installing libtorch)", short: "y" }),
};

/** Headings of `--help`, in order, with the options below each. */
export const PREDICT_GROUPS = {
  "Model:": modelOptions,
  "Checkpoints:": checkpointOptions.shape,
  "Pictures:": cohortOptions,
  "Run:": { ...runOptions, ...deviceOptions },
  "Cluster:": clusterOptions,
  "Output:": outputOptions,
};

/** How a model is loaded, for the library: where it runs, what its file leaves open, and its contract. */
export const loadModelOptions = z.strictObject({
  ...trustOptions.shape,
  ...deviceOptions,
  ...readingOptions.shape,
  manifest: modelOptions.manifest,
  contract: contractArgument,
  signal: abortSignal,
});

/** Options of a forward on prepared tensors. */
export const forwardOptions = z.strictObject({
  features: z.boolean().default(false).meta({ description: "true: also the pooled features" }),
});

/** Which rows of a cohort are predicted, and how. The library takes these options too, with models that are loaded. */
export const cohortPredictionOptions = z.strictObject({
  ...cohortOptions,
  ...runOptions,
  ...clusterOptions,
  saveMasks: outputOptions.saveMasks,
  debugPictures: outputOptions.debugPictures,
  dicomOut: outputOptions.dicomOut,
  onQuality: outputOptions.onQuality,
  autoOrient: outputOptions.autoOrient,
  strict: outputOptions.strict,
});
export type CohortPredictionOptions = z.infer<typeof cohortPredictionOptions>;

export const predictOptions = z.strictObject({
  ...modelOptions,
  ...checkpointOptions.shape,
  ...deviceOptions,
  ...outputOptions,
  ...cohortPredictionOptions.shape,
});
export type PredictOptions = z.infer<typeof predictOptions>;
