/**
 * Every option of `predict`, declared once: name, type, default, unit, meaning. Flags, `--help`, validation, the types
 * of the library and `docs/options.md` derive from here.
 *
 * Naming: keys are camelCase; the flag is the same in kebab-case, or in the reference's snake_case where `reference`
 * is set. On the command line `-` and `_` are the same.
 */
import { z } from "zod";
import { abortSignal } from "../schema/callbacks.js";
import { checkpointOptions, readingOptions } from "./checkpoint.js";
import { deviceOptions } from "./device.js";
import { contractArgument } from "./library.js";
import { predictModelShape } from "./predictModel.js";
import { predictOutputShape } from "./predictOutput.js";
import { clusterShape, cohortShape, runShape } from "./predictRows.js";
import { trustOptions } from "./trust.js";

/** Headings of `--help`, in order, with the options below each. */
export const PREDICT_GROUPS = {
  "Model:": predictModelShape,
  "Checkpoints:": checkpointOptions.shape,
  "Pictures:": cohortShape,
  "Run:": { ...runShape, ...deviceOptions },
  "Cluster:": clusterShape,
  "Output:": predictOutputShape,
};

/** How a model is loaded, for the library: where it runs, what its file leaves open, and its contract. */
export const loadModelOptions = z.strictObject({
  ...trustOptions.shape,
  ...deviceOptions,
  ...readingOptions.shape,
  manifest: predictModelShape.manifest,
  contract: contractArgument,
  signal: abortSignal,
});

/** Options of a forward on prepared tensors. */
export const forwardOptions = z.strictObject({
  features: z.boolean().default(false).meta({ description: "true: also the pooled features" }),
});

/** Which rows of a cohort are predicted, and how. The library takes these options too, with models that are loaded. */
export const cohortPredictionOptions = z.strictObject({
  ...cohortShape,
  ...runShape,
  ...clusterShape,
  saveMasks: predictOutputShape.saveMasks,
  saliency: predictOutputShape.saliency,
  debugPictures: predictOutputShape.debugPictures,
  dicomOut: predictOutputShape.dicomOut,
  onQuality: predictOutputShape.onQuality,
  autoOrient: predictOutputShape.autoOrient,
  strict: predictOutputShape.strict,
});

export const predictOptions = z.strictObject({
  ...predictModelShape,
  ...checkpointOptions.shape,
  ...deviceOptions,
  ...predictOutputShape,
  ...cohortPredictionOptions.shape,
});
export type PredictOptions = z.infer<typeof predictOptions>;
/** The options that name models and decide how they are loaded. */
export type ModelFlags = Pick<
  PredictOptions,
  keyof typeof predictModelShape | keyof typeof checkpointOptions.shape | keyof typeof deviceOptions
>;
