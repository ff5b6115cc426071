/** The arguments of the library's prediction functions. */
import { z } from "zod";
import { MAX_PIXELS } from "../image/decodedPicture.js";
import { TURNS } from "../image/turned.js";
import type { GatheredBatch } from "../inference/gatheredBlocks.js";
import { maskModelArgument, modelArgument, requireLive, requireModel } from "../model/argument.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { HandMaskModel } from "../model/handMaskModel.js";
import { logger, pathArgument, pictureArgument, signalOptions, watching } from "../options/library.js";
import { cohortPredictionOptions, predictOptions } from "../options/predict.js";
import { abortSignal, listener } from "../schema/callbacks.js";
import type { MaskChoice } from "./maskModel.js";
import { type Members, type Models, membersOf } from "./members.js";

/** A mask that a model made for a picture. */
export interface FoundMask {
  /** One byte a pixel, 255 on the hand, else 0. It is valid until the promise of the function that takes it is settled. */
  data: Uint8Array;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
}

const { sex, flip, rotationAngle, onQuality, autoOrient } = cohortPredictionOptions.shape;

const sexModel = modelArgument.optional().meta({
  changesOutput: false,
  description: "a model with a sex head that predicts the sex where none is given, as loadModel gives it",
});

const maskModel = maskModelArgument.default("auto");

export const predictImageOptions = z.strictObject({
  sex: sex.meta({
    description:
      "sex of the child, which a model with a sex input needs unless a DICOM header states it or there is a `sexModel`: F or M, " +
      'or another word of a CSV, or 1 for male and 0 for female; null, "" and "NA" for an unknown sex',
  }),
  sexModel,
  mask: pictureArgument
    .optional()
    .meta({ description: "the mask of the hand, as the picture is given; left out where there is none" }),
  maskModel,
  onQuality,
  autoOrient,
  flip,
  rotationAngle,
  signal: abortSignal,
});

const { onQuality: _, ...onePicture } = predictImageOptions.shape;

export const showSaliencyOptions = z.strictObject({
  ...onePicture,
  occlude: z
    .boolean()
    .default(false)
    .meta({
      description:
        "find it by covering patches of the picture, which takes hundreds of forwards and no gradients; else Grad-CAM where the " +
        "network has convolutions",
    }),
});

const { batchSize, numWorkers, maxMemory, imgDir, splitCsv } = cohortPredictionOptions.shape;
const memberNames = z.array(z.string().min(1)).optional().meta({
  changesOutput: false,
  description: "a list of names, one for each member of an ensemble (default: the stems of their files)",
});

export const createPredictorOptions = z.strictObject({
  batchSize: batchSize.meta({ ...batchSize.meta(), description: "most pictures of a batch" }),
  ...{ numWorkers, maxMemory, sexModel, maskModel, memberNames },
  ...{ onQuality, autoOrient, flip, rotationAngle },
  maxWaitMs: z
    .number()
    .min(0)
    .max(60_000)
    .default(0)
    .meta({
      description:
        "how long the first picture of a batch that is not full waits for others, ms; 0: a picture that comes while the networks " +
        "idle is predicted at once, and those that come while they are busy are predicted together",
    }),
  maxPixels: z.int().min(1).max(MAX_PIXELS).default(MAX_PIXELS).meta({
    description: "most pixels of a picture; a larger one is refused before it is decoded",
  }),
  onBatch: listener<GatheredBatch>("GatheredBatch", "called with each batch as it begins"),
  logger,
});

export const predictionRequest = z.strictObject({
  image: pictureArgument,
  mask: predictImageOptions.shape.mask,
  sex: predictImageOptions.shape.sex,
  turn: z.literal(TURNS).default(0).meta({
    description: "degrees clockwise by which the picture and its mask are turned first",
  }),
});

/** The options of one call of a predictor. */
export const predictionCallOptions = signalOptions.extend({
  onBegin: z.custom<() => void>((value) => typeof value === "function", "must be a function").optional(),
  onMask: z
    .custom<(mask: FoundMask) => void | Promise<void>>(
      (value) => typeof value === "function",
      "must be a function",
    )
    .optional(),
});

/** The options of `predictCohort`. */
export const predictCohortOptions = cohortPredictionOptions.extend({
  files: z.array(z.string().min(1)).optional().meta({
    changesOutput: false,
    description: "a list of pictures, folders or glob patterns, instead of annotationCsv",
  }),
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
  command: z.string().optional().meta({
    changesOutput: false,
    description: "what was run, without its shard, for messages about missing shares",
  }),
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
