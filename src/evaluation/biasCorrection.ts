/** The bias correction that an evaluation fits, and what of it a model gets. */
import type { Logger } from "../console/logger.js";
import { type BiasLine, NO_BIAS } from "../statistics/biasLine.js";
import { areFinite, type Corrections, correctionFault, fitCorrections } from "./corrections.js";
import type { PartPredictions } from "./partPredictions.js";

export interface BiasCorrection {
  /** Null where no lines can be fitted. */
  corrections: Corrections | null;
  /** The line through the errors of the means over views, months; zeros where there is none. */
  bias: BiasLine;
  /** What the model gets: that line, or zeros where it is implausible or no improvement. */
  written: BiasLine;
  /** Why the model does not get the line; null where it does, or where there is none. */
  fault: string | null;
}

export const NO_CORRECTION: BiasCorrection = {
  ...{ corrections: null, bias: NO_BIAS, written: NO_BIAS, fault: null },
};

/** Fits the lines to the train predictions, and logs them; it warns where there is no line, or the model does not get it. */
export function fitBiasCorrection(
  { train, val }: { train?: PartPredictions | undefined; val?: PartPredictions | undefined },
  logger: Logger,
): BiasCorrection {
  if (train === undefined || train.rows.length === 0) {
    logger.warn("no bias correction: there are no train predictions");
    return NO_CORRECTION;
  }
  const corrections = fitCorrections(train);
  // One line alone would leave the columns of the other empty.
  if (!areFinite(corrections)) {
    logger.warn("no bias correction: the train predictions are all the same");
    return NO_CORRECTION;
  }
  const bias = corrections.mean;
  const { slope, intercept } = bias;
  logger.info(
    `bias correction from the train predictions: slope ${slope.toFixed(4)}, intercept ${intercept.toFixed(4)} months`,
  );
  const fault = correctionFault(bias, { train, val });
  if (fault !== null) logger.warn(`the model gets no bias correction: ${fault}`);
  return { corrections, bias, written: fault === null ? bias : NO_BIAS, fault };
}
