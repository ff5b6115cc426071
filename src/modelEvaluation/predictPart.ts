import { makeFolderOf } from "../files/makeFolder.js";
import type { Models } from "../prediction/members.js";
import type { PredictCohortOptions } from "../prediction/predictCohortOptions.js";
import { type WrittenPredictions, writePredictions } from "../prediction/writePredictions.js";
import { shareOf } from "../slurm/rowShare.js";
import type { ModelEvaluationRun } from "./arguments.js";
import type { EvaluatedPart } from "./evaluatedParts.js";

/** Predicts one part into its file, as `predict` does: resumed and shared in the same way. */
export async function predictPart(
  models: Models,
  part: EvaluatedPart,
  run: ModelEvaluationRun,
): Promise<WrittenPredictions> {
  const { name, predictions, ttaRot, ttaFlip } = part;
  const { shard, scratch, resume, overwrite, command, onProgress, logger } = run;
  logger?.info(`predicting ${name}`);
  await makeFolderOf(predictions);
  return writePredictions(models, {
    ...rowsOfPart(part, run),
    ...{ ttaRot, ttaFlip, outputPath: predictions, shard, scratch, resume, command },
    // Shares are resumed by themselves, and each would discard others.
    overwrite: overwrite && !resume && shareOf(shard) === null,
    onProgress: onProgress && ((event) => onProgress({ ...event, label: `predicting ${name}` })),
  });
}

/** The rows of a part, and how they are predicted. */
export function rowsOfPart({ split }: EvaluatedPart, run: ModelEvaluationRun): PredictCohortOptions {
  const { annotationCsv, splitCsv, splitColumn = "", imgDir, maskDirs, limitPredictBatches } = run;
  const { flip, rotationAngle, batchSize, maxMemory, numWorkers, onQuality, autoOrient, strict } = run;
  const { sexModel, maskModel, memberNames, signal, logger } = run;
  return {
    ...{ annotationCsv, imgDir, maskDirs, limitPredictBatches },
    ...(split === null ? {} : { splitCsv, splitColumn, splitName: split }),
    ...{ flip, rotationAngle, batchSize, maxMemory, numWorkers, onQuality, autoOrient, strict },
    ...{ sexModel, maskModel, memberNames, signal, logger },
  };
}
