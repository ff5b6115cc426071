import { join } from "node:path";
import { writeArchiveManifest } from "../checkpoint/saveNetwork.js";
import type { Logger } from "../console/logger.js";
import type { Manifest } from "../contract/manifest.js";
import { mergeManifests } from "../contract/merge.js";
import { archiveSources } from "../contract/sources.js";
import { areFinite, type Corrections, correctionFault, fitCorrections } from "../evaluation/corrections.js";
import { type PartMetrics, partMetrics } from "../evaluation/partMetrics.js";
import type { PartPredictions } from "../evaluation/partPredictions.js";
import { predictionsCsv } from "../evaluation/predictionsCsv.js";
import { makeFolder } from "../files/makeFolder.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { plural } from "../plural.js";
import { type BiasLine, NO_BIAS } from "../statistics/biasLine.js";
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
  const corrections = config.no_regression ? null : fittedCorrections(predicted.train, logger);
  const parts: Evaluation["parts"] = {};
  for (const [part, predictions] of entries(predicted)) parts[part] = partMetrics(predictions, corrections);
  const bias = corrections?.mean ?? NO_BIAS;
  const fault = corrections === null ? null : correctionFault(bias, predicted);
  const written = fault === null ? bias : NO_BIAS;
  if (group.isFirst)
    await writeResults(options, predicted, corrections, { ...features, ...fieldsOf(written) });
  if (fault !== null) logger.warn(`the model gets no bias correction: ${fault}`);
  for (const line of evaluationTable(parts, config)) logger.info(line);
  if (fault !== null && learnsAge(config))
    logger.warn("MAD_reg and MAD_reg_tta are with the bias correction that the model did not get");
  if (failed > 0) logger.warn(`${plural(failed, "row")} could not be predicted: left out`);
  return { parts, failed, bias, written };
}

type Predicted = Partial<Record<Part, PartPredictions>>;
const entries = (predicted: Predicted) => Object.entries(predicted) as [Part, PartPredictions][];

/** Returns null, with a warning, where no line can be fitted. */
function fittedCorrections(train: PartPredictions | undefined, logger: Logger): Corrections | null {
  if (train === undefined) {
    logger.warn("no bias correction: there are no train predictions");
    return null;
  }
  const corrections = fitCorrections(train);
  // One line alone would leave the columns of the other empty.
  if (!areFinite(corrections)) {
    logger.warn("no bias correction: the train predictions are all the same");
    return null;
  }
  const { slope, intercept } = corrections.mean;
  logger.info(
    `bias correction from the train predictions: slope ${slope.toFixed(4)}, intercept ${intercept.toFixed(4)} months`,
  );
  return corrections;
}

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

const fieldsOf = ({ slope, intercept }: BiasLine) => ({ biasSlope: slope, biasIntercept: intercept });
