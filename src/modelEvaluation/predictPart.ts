import { makeFolderOf } from "../files/makeFolder.js";
import type { Models } from "../prediction/members.js";
import { type WrittenPredictions, writePredictions } from "../prediction/writePredictions.js";
import { shareOf } from "../slurm/rowShare.js";
import type { ModelEvaluationRun } from "./arguments.js";
import type { EvaluatedPart } from "./evaluatedParts.js";

/** Predicts one part into its file, as `predict` does: resumed and shared in the same way. */
export async function predictPart(
  models: Models,
  { split, name, predictions, ttaRot, ttaFlip }: EvaluatedPart,
  run: ModelEvaluationRun,
): Promise<WrittenPredictions> {
  const { annotationCsv, splitCsv, splitColumn = "", imgDir, maskDirs, onProgress, logger } = run;
  const { flip, rotationAngle, batchSize, maxMemory, numWorkers, shard, scratch, limitPredictBatches } = run;
  const { onQuality, autoOrient, strict, resume, overwrite, command, sexModel, maskModel } = run;
  const { memberNames, signal } = run;
  logger?.info(`predicting ${name}`);
  await makeFolderOf(predictions);
  return writePredictions(models, {
    ...{ annotationCsv, imgDir, maskDirs, limitPredictBatches },
    ...(split === null ? {} : { splitCsv, splitColumn, splitName: split }),
    ...{ flip, rotationAngle, batchSize, maxMemory, numWorkers, shard, scratch },
    ...{ onQuality, autoOrient, strict, resume, command, sexModel, maskModel, memberNames },
    ...{ ttaRot, ttaFlip, outputPath: predictions, signal, logger },
    // Shares are resumed by themselves, and each would discard others.
    overwrite: overwrite && !resume && shareOf(shard) === null,
    onProgress: onProgress && ((event) => onProgress({ ...event, label: `predicting ${name}` })),
  });
}
