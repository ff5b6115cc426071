/**
 * Metrics of an epoch under the reference's names, which are those of its TensorBoard tags: what is logged, and what
 * schedules and early stopping watch.
 */

import { DeeplasiaError } from "../../errors.js";

/** What a network said of the pictures of an epoch, and what is true of them; one value a picture. */
export interface EpochOutputs {
  ageHatZ: ArrayLike<number>;
  ageZ: ArrayLike<number>;
  /** Null for a network without a sex head. */
  sexLogit: ArrayLike<number> | null;
  /** 1 male, 0 female. */
  male: ArrayLike<number>;
}

/** Prediction bias, a straight line: the error at prediction `y` is about `slope * y + intercept`. */
export interface Bias {
  slope: number;
  intercept: number;
}

export const NO_BIAS: Bias = { slope: 0, intercept: 0 };

export const corrected = (prediction: number, { slope, intercept }: Bias) =>
  prediction - (slope * prediction + intercept);

export type Stage = "train" | "val";
/** Name -> value. */
export type Metrics = Record<string, number>;

/**
 * The value of a metric that `setting` names; null in an epoch that was not validated, if it may be one of validation.
 *
 * Throws ERR_DEEPLASIA_OPTION for a metric that there is not.
 */
export function watchedValue(metrics: Metrics, name: string, setting: string): number | null {
  const value = metrics[name];
  if (value !== undefined) return value;
  if (!("Step-wise/val_mad" in metrics)) return null;
  const names = Object.keys(metrics);
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${setting}: no metric ${name}`, {
    remedy: `There are ${names.join(", ")}.`,
  });
}

export interface MetricsContext {
  /** SD of the training cohort's bone ages: months a unit of z. */
  ageSdMonths: number;
  /** In z; what `_reg` metrics are corrected by. */
  bias: Bias;
}

/** Every metric of one stage of an epoch. NaN where there is none: the correlation of constant predictions, say. */
export function epochMetrics(stage: Stage, outputs: EpochOutputs, context: MetricsContext): Metrics {
  const { ageHatZ, ageZ, sexLogit, male } = outputs;
  const { ageSdMonths, bias } = context;
  const raw = ageMetrics(ageHatZ, ageZ, ageSdMonths);
  const regressed = ageMetrics(
    Float64Array.from(ageHatZ, (prediction) => corrected(prediction, bias)),
    ageZ,
    ageSdMonths,
  );
  const sex = sexLogit === null ? {} : sexMetrics(sexLogit, male);
  return {
    ...named(`Metrics_Age/${stage}_`, raw),
    ...named(`Metrics_Age_Reg/${stage}_reg_`, regressed),
    ...named(`Metrics_Sex/${stage}_`, sex),
    ...(stage === "val" ? watched(raw, regressed, sex) : {}),
  };
}

/** The names that the reference's configs monitor; months, months, and an area. */
function watched(raw: Metrics, regressed: Metrics, sex: Metrics): Metrics {
  const ages = { val_mad: raw.RescaledMAE!, val_reg_mad: regressed.RescaledMAE! };
  return named("Step-wise/", sex.AUROC === undefined ? ages : { ...ages, val_ROC: sex.AUROC });
}

function named(prefix: string, metrics: Metrics): Metrics {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [prefix + name, value]));
}

/** `MeanSquaredError` is its root, as in the reference; `RescaledMAE` is in months, the others in z. */
function ageMetrics(predictions: ArrayLike<number>, truths: ArrayLike<number>, sdMonths: number): Metrics {
  let absolute = 0;
  let squared = 0;
  for (let i = 0; i < truths.length; i++) {
    const error = predictions[i]! - truths[i]!;
    absolute += Math.abs(error);
    squared += error * error;
  }
  const meanAbsolute = absolute / truths.length;
  const { covariance, varianceX, varianceY } = moments(predictions, truths);
  return {
    MeanAbsoluteError: meanAbsolute,
    RescaledMAE: meanAbsolute * sdMonths,
    PearsonCorrCoef: covariance / Math.sqrt(varianceX * varianceY),
    MeanSquaredError: Math.sqrt(squared / truths.length),
  };
}

/** A logit of 0 or more, a probability of at least one half, means male; the reference cuts at a logit of 0.5. */
function sexMetrics(logits: ArrayLike<number>, male: ArrayLike<number>): Metrics {
  const counts = { truePositive: 0, trueNegative: 0, wrong: 0 };
  for (let i = 0; i < male.length; i++) {
    const saysMale = logits[i]! >= 0;
    const isMale = male[i] === 1;
    if (saysMale !== isMale) counts.wrong += 1;
    else if (isMale) counts.truePositive += 1;
    else counts.trueNegative += 1;
  }
  const { truePositive, trueNegative, wrong } = counts;
  const total = truePositive + trueNegative + wrong;
  const positives = 2 * truePositive + wrong;
  return {
    Accuracy: (truePositive + trueNegative) / total,
    AUROC: areaUnderRoc(logits, male),
    F1Score: positives === 0 ? 0 : (2 * truePositive) / positives,
  };
}

/** Share of the pairs of a boy and a girl in which the boy has the larger score, ties half; 0 if there is no pair. */
function areaUnderRoc(scores: ArrayLike<number>, male: ArrayLike<number>): number {
  const order = Array.from({ length: male.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let males = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end += 1;
    // All of a tie have the mean of their ranks, which count from 1. NaN equals nothing, not even itself.
    end = Math.max(end, start + 1);
    const malesHere = order.slice(start, end).filter((i) => male[i] === 1).length;
    males += malesHere;
    rankSum += (malesHere * (start + 1 + end)) / 2;
    start = end;
  }
  const females = male.length - males;
  return males === 0 || females === 0 ? 0 : (rankSum - (males * (males + 1)) / 2) / (males * females);
}

/**
 * The straight line through the errors (prediction - truth) over the predictions, by least squares. None for fewer than
 * two pictures; NaN for constant predictions.
 */
export function fitBias(predictions: ArrayLike<number>, truths: ArrayLike<number>): Bias {
  if (truths.length < 2) return NO_BIAS;
  const errors = Float64Array.from(truths, (truth, i) => predictions[i]! - truth);
  const { covariance, varianceX, meanX, meanY } = moments(predictions, errors);
  const slope = covariance / varianceX;
  return { slope, intercept: meanY - slope * meanX };
}

function moments(x: ArrayLike<number>, y: ArrayLike<number>) {
  const meanX = mean(x);
  const meanY = mean(y);
  const sums = { covariance: 0, varianceX: 0, varianceY: 0 };
  for (let i = 0; i < x.length; i++) {
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    sums.covariance += dx * dy;
    sums.varianceX += dx * dx;
    sums.varianceY += dy * dy;
  }
  return { ...sums, meanX, meanY };
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
