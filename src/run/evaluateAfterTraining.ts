import { join } from "node:path";
import { writeArchiveManifest } from "../checkpoint/saveNetwork.js";
import type { Logger } from "../console/logger.js";
import type { Manifest } from "../contract/manifest.js";
import { mergeManifests } from "../contract/merge.js";
import { archiveSources } from "../contract/sources.js";
import { fitBiasCorrection, NO_CORRECTION } from "../evaluation/biasCorrection.js";
import { calibrationPictures, intervalsForModel } from "../evaluation/calibrateIntervals.js";
import type { Corrections } from "../evaluation/corrections.js";
import { type PartMetrics, partMetrics } from "../evaluation/partMetrics.js";
import { type PartPredictions, plainAges } from "../evaluation/partPredictions.js";
import { predictionsCsv } from "../evaluation/predictionsCsv.js";
import { makeFolder } from "../files/makeFolder.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { plural } from "../plural.js";
import type { BiasLine } from "../statistics/biasLine.js";
import type { Part } from "../training/trainingRow.js";
import { evaluationTable, learnsAge, PART_NAMES } from "./evaluationTable.js";
import { type PartsToPredict, predictParts } from "./predictParts.js";
import type { RunFolder } from "./runFolder.js";

export interface EvaluationOptions extends PartsToPredict {
  /** Where `<part>_pred.csv` are written. */
  folder: Pick<RunFolder, "predictions">;
  logger: Logger;
}

export interface Evaluation {
  /** The metrics of each part of which at least one row was predicted. */
  parts: Partial<Record<Part, PartMetrics>>;
  /** Rows that could not be predicted. */
  failed: number;
  /** The line through the errors of the train predictions, in months; zeros where there is none. */
  bias: BiasLine;
  /** The bias correction in the model file from now on: that line, or zeros where it is implausible or no improvement. */
  written: BiasLine;
}

/**
 * Ends a run: predicts the three parts of the cohort with the best model, writes the predictions, and gives the model file
 * the statistics of its features and the bias correction that fits the train predictions, unless that is implausible or no
 * improvement. Nothing is written
 * before everything is predicted. Every process returns the same.
 *
 * Throws the signal's reason, ERR_DEEPLASIA_OUTPUT, what `loadModel` throws and, if `strict`, the error of the first row that
 * fails.
 */
export async function evaluateAfterTraining(options: EvaluationOptions): Promise<Evaluation> {
  const { group, config, logger } = options;
  const { predicted, failed, features } = await predictParts(options);
  const { corrections, bias, written, fault } = config.no_regression
    ? NO_CORRECTION
    : fitBiasCorrection(predicted, logger);
  const parts: Evaluation["parts"] = {};
  for (const [part, predictions] of entries(predicted)) parts[part] = partMetrics(predictions, corrections);
  if (group.isFirst)
    await writeResults(options, predicted, corrections, {
      ...features,
      ...fieldsOf(written),
      ...intervalsOf(predicted.val, written),
    });
  for (const line of evaluationTable(parts, config)) logger.info(line);
  if (fault !== null && learnsAge(config))
    logger.warn("MAD_reg and MAD_reg_tta are with the bias correction that the model did not get");
  if (failed > 0) logger.warn(`${plural(failed, "row")} could not be predicted: left out`);
  return { parts, failed, bias, written };
}

type Predicted = Partial<Record<Part, PartPredictions>>;
const entries = (predicted: Predicted) => Object.entries(predicted) as [Part, PartPredictions][];

async function writeResults(
  { modelFile, folder, config }: EvaluationOptions,
  predicted: Predicted,
  corrections: Corrections | null,
  found: Manifest,
): Promise<void> {
  await makeFolder(folder.predictions);
  for (const [part, predictions] of entries(predicted)) {
    const file = join(folder.predictions, `${PART_NAMES[part]}_pred.csv`);
    await writeFileAtomic(file, predictionsCsv(predictions, corrections));
  }
  const { manifest: before } = mergeManifests(await archiveSources(modelFile));
  const manifest = { ...before, ...found };
  await writeArchiveManifest(modelFile, modelFile, manifest, { trust: config.trust });
}

/** As `predict` will use them: of the plain view, with the correction that the model gets. */
function intervalsOf(val: PartPredictions | undefined, line: BiasLine): Manifest {
  const predictionIntervals = val && intervalsForModel(calibrationPictures(val, plainAges(val), () => line));
  return predictionIntervals ? { predictionIntervals } : {};
}

const fieldsOf = ({ slope, intercept }: BiasLine) => ({ biasSlope: slope, biasIntercept: intercept });
