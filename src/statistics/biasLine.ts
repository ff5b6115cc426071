import { moments } from "./correlation.js";

/**
 * The bias of predictions as a straight line: the error of a prediction `y` is about `slope * y + intercept`. The slope has
 * no unit; the intercept has that of the predictions.
 */
export interface BiasLine {
  slope: number;
  intercept: number;
}

/** The line that corrects nothing. */
export const NO_BIAS: BiasLine = { slope: 0, intercept: 0 };

/**
 * Fits the line through the errors (prediction - truth) over the predictions, by least squares. Fewer than two values give
 * `NO_BIAS`; constant predictions give NaN.
 */
export function fitBiasLine(predictions: ArrayLike<number>, truths: ArrayLike<number>): BiasLine {
  if (truths.length < 2) return NO_BIAS;
  const errors = Float64Array.from(truths, (truth, i) => predictions[i]! - truth);
  const { sumXX, sumXY, meanX, meanY } = moments(predictions, errors);
  const slope = sumXY / sumXX;
  return { slope, intercept: meanY - slope * meanX };
}

/** A prediction without the bias that the line describes. */
export function corrected(prediction: number, { slope, intercept }: BiasLine): number {
  return prediction - (slope * prediction + intercept);
}
