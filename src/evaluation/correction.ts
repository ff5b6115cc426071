/** The bias correction that a run's model gets: fitted to the train predictions, and kept only where it can be one. */

import type { Logger } from "../console/logger.js";
import { correctionDoubt } from "../contract/plausible.js";
import { type Bias, NO_BIAS } from "../training/hooks/epochMetrics.js";
import type { Part } from "../training/trainingCohort.js";
import { type Corrections, fitCorrections, type PartPredictions, plainMad } from "./predictions.js";

/** A line through fewer points follows their noise. */
const FEWEST_PICTURES = 8;

/** Null where no line can be laid through the train predictions. */
export function correctionsFrom(train: PartPredictions | undefined, logger: Logger): Corrections | null {
  if (train === undefined) {
    logger.warn("no bias correction: there are no train predictions");
    return null;
  }
  const corrections = fitCorrections(train);
  const { plain, mean } = corrections;
  // One line alone would leave the columns of the other empty.
  if (!Number.isFinite(plain.slope) || !Number.isFinite(mean.slope)) {
    logger.warn("no bias correction: the train predictions are all the same");
    return null;
  }
  const [slope, intercept] = [mean.slope, mean.intercept].map((value) => value.toFixed(4));
  logger.info(`bias correction from the train predictions: slope ${slope}, intercept ${intercept} months`);
  return corrections;
}

/** Why a line must not go into the model; null if it may. */
export function whyNotWritten(bias: Bias, predicted: ReadonlyMap<Part, PartPredictions>): string | null {
  const count = predicted.get("train")?.rows.length ?? 0;
  if (count < FEWEST_PICTURES)
    return `it was fitted to ${count} picture(s); at least ${FEWEST_PICTURES} are needed`;
  const doubt = correctionDoubt(bias.slope, bias.intercept);
  if (doubt !== null) return doubt.text;
  const val = predicted.get("val");
  if (val === undefined) return null;
  // As `predict` will make them: of the picture as it is.
  const [before, after] = [plainMad(val, NO_BIAS), plainMad(val, bias)];
  if (after < before) return null;
  return `validation is no better with it: MAD ${after.toFixed(2)} months, ${before.toFixed(2)} without`;
}
