/** The options of `evaluateModels`. */
import { z } from "zod";
import { evaluateModelsShape } from "../options/evaluate.js";
import { logger, pathArgument, watching } from "../options/library.js";
import { predictCohortOptions } from "../prediction/arguments.js";

const { sexModel, maskModel, memberNames } = predictCohortOptions.shape;

export const evaluateModelsOptions = z.strictObject({
  out: pathArgument.meta({ description: "the folder of the report and of the predictions" }),
  ...evaluateModelsShape,
  annotationCsv: evaluateModelsShape.annotationCsv.unwrap().meta({
    ...evaluateModelsShape.annotationCsv.meta(),
    description:
      "the cohort: image_ID, dir, patient_ID, sex, bone_age; further columns may be chronological_age and rater_*",
  }),
  ...{ sexModel, maskModel, memberNames },
  command: z.string().optional().meta({
    changesOutput: false,
    description: "what was run, without its shard, for messages about missing shares",
  }),
  ...watching,
  logger,
});
export type ModelEvaluationRun = z.output<typeof evaluateModelsOptions>;
