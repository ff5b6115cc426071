/** What the prediction functions of the library take, besides what the command line has. */
import { z } from "zod";
import type { GatheredBatch } from "../inference/gatheredBlocks.js";
import { maskModelArgument, modelArgument, requireLive, requireModel } from "../model/argument.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { HandMaskModel } from "../model/handMaskModel.js";
import { logger, pathArgument, pictureArgument, watching } from "../options/library.js";
import { cohortPredictionOptions, predictOptions } from "../options/predict.js";
import { abortSignal, listener } from "../schema/callbacks.js";
import type { MaskChoice } from "./maskModel.js";
import { type Members, type Models, membersOf } from "./members.js";

const { sex, flip, rotationAngle, onQuality } = cohortPredictionOptions.shape;

const sexModel = modelArgument.optional().meta({
  changesOutput: false,
  description: "a model with a sex head that looks at the picture alone, as loadModel gives it",
});

const maskModel = maskModelArgument.default("auto");

export const predictImageOptions = z.strictObject({
  sex: sex.meta({ description: "sex of the child, F or M" }),
  sexModel,
  mask: pictureArgument
    .optional()
    .meta({ description: "the mask of the hand, as the picture is given; left out where there is none" }),
  maskModel,
  onQuality,
  flip,
  rotationAngle,
  signal: abortSignal,
});

const { batchSize, numWorkers, maxMemory, imgDir, splitCsv } = cohortPredictionOptions.shape;
const memberNames = z
  .array(z.string().min(1))
  .optional()
  .meta({ changesOutput: false, description: "a list of names, one for each member of an ensemble" });

export const createPredictorOptions = z.strictObject({
  ...{ batchSize, numWorkers, maxMemory, sexModel, maskModel, memberNames, onQuality, flip, rotationAngle },
  maxWaitMs: z.number().min(0).max(60_000).default(0).meta({
    description: "how long the first picture of a batch that is not full waits for others, ms",
  }),
  onBatch: listener<GatheredBatch>("called with each batch as it begins"),
  logger,
});

export const predictionRequest = z.strictObject({
  image: pictureArgument,
  mask: predictImageOptions.shape.mask,
  sex: predictImageOptions.shape.sex,
});

/** What a library's run has besides the options of `predict`. */
export const predictCohortOptions = cohortPredictionOptions.extend({
  files: z
    .array(z.string().min(1))
    .optional()
    .meta({ changesOutput: false, description: "a list of pictures, folders or glob patterns" }),
  imgDir: imgDir.unwrap().optional().meta({ description: "root of the pictures of annotationCsv" }),
  splitCsv: splitCsv
    .unwrap()
    .optional()
    .meta({ changesOutput: false, description: "splits; needed with splitColumn" }),
  sexModel,
  maskModel,
  memberNames,
  ...watching,
  logger,
});

const { format, memberCsvs, resume, overwrite } = predictOptions.shape;

export const writePredictionsOptions = predictCohortOptions.extend({
  outputPath: pathArgument.meta({
    changesOutput: false,
    description: "file for the predictions, - for stdout",
  }),
  format,
  memberCsvs,
  resume,
  overwrite,
  command: z.string().optional().meta({ changesOutput: false, description: "what was run, for messages" }),
});

/** The models among the options of a prediction. */
interface GivenModels {
  sexModel?: BoneAgeModel | undefined;
  maskModel?: MaskChoice | undefined;
  memberNames?: string[] | undefined;
}

/** One model or the members of an ensemble. Throws for what is no model, or was disposed of. */
export function requireModels(models: Models, { sexModel, maskModel, memberNames }: GivenModels): Members {
  if (Array.isArray(models)) for (const [i, model] of models.entries()) requireModel(`models[${i}]`, model);
  else requireModel("model", models);
  if (sexModel !== undefined) requireModel("sexModel", sexModel);
  if (maskModel instanceof HandMaskModel) requireLive("maskModel", maskModel);
  return membersOf(models, memberNames);
}
