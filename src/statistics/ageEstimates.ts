/** The metrics of predicted ages, each with its bootstrap interval. Ages in months; an error is prediction - truth. */
import { type BootstrapOptions, bootstrap, type OfSums, quantilesOf, sumsOf } from "./bootstrap.js";
import type { Estimate } from "./interval.js";
import { mean } from "./mean.js";
import { wilsonInterval } from "./wilson.js";

export interface AgeEstimates {
  /** Mean, median, 90th and 95th percentile of the absolute error. */
  mad: Estimate;
  medianError: Estimate;
  p90: Estimate;
  p95: Estimate;
  rmse: Estimate;
  /** Mean error: the bias. */
  me: Estimate;
  pearson: Estimate;
  /** Lin's concordance. */
  ccc: Estimate;
  r2: Estimate;
  /** Least squares of the truth over the prediction: 1 for a calibrated model. */
  calibrationSlope: Estimate;
  /** Shares within 6, 12 and 24 months, with Wilson's interval. */
  within6: Estimate;
  within12: Estimate;
  within24: Estimate;
}

/** Positions of the sums. Predictions (x) and truths (y) are from the mean of the truths. */
const N = 0;
const ERROR = 1;
const ABSOLUTE = 2;
const SQUARED = 3;
const X = 4;
const Y = 5;
const XX = 6;
const XY = 7;
const YY = 8;
const WIDTH = 9;

const sumXX = (s: Float64Array) => s[XX]! - s[X]! ** 2 / s[N]!;
const sumXY = (s: Float64Array) => s[XY]! - (s[X]! * s[Y]!) / s[N]!;
const sumYY = (s: Float64Array) => s[YY]! - s[Y]! ** 2 / s[N]!;

/** NaN for a spread that is a trace of rounding: the series is constant. */
const spread = (squares: number, scale: number) => (squares > 1e-12 * scale ? squares : Number.NaN);

const OF_SUMS = {
  mad: (s) => s[ABSOLUTE]! / s[N]!,
  rmse: (s) => Math.sqrt(s[SQUARED]! / s[N]!),
  me: (s) => s[ERROR]! / s[N]!,
  pearson: (s) => sumXY(s) / Math.sqrt(spread(sumXX(s), s[XX]!) * spread(sumYY(s), s[YY]!)),
  ccc: (s) => (2 * sumXY(s)) / spread(sumXX(s) + sumYY(s) + s[ERROR]! ** 2 / s[N]!, s[XX]! + s[YY]!),
  r2: (s) => 1 - s[SQUARED]! / spread(sumYY(s), s[YY]!),
  calibrationSlope: (s) => sumXY(s) / spread(sumXX(s), s[XX]!),
} satisfies Record<string, OfSums>;

export function ageEstimates(
  predictions: ArrayLike<number>,
  truths: ArrayLike<number>,
  options: BootstrapOptions,
): AgeEstimates {
  const n = truths.length;
  const centre = mean(truths);
  const terms = new Float64Array(n * WIDTH);
  const absolute = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const error = predictions[i]! - truths[i]!;
    const [x, y] = [predictions[i]! - centre, truths[i]! - centre];
    absolute[i] = Math.abs(error);
    terms.set([1, error, Math.abs(error), error * error, x, y, x * x, x * y, y * y], i * WIDTH);
  }
  const { clusters } = options;
  const [ofSums, [medianError, p90, p95]] = bootstrap(
    sumsOf(terms, WIDTH, OF_SUMS, clusters),
    quantilesOf(absolute, [0.5, 0.9, 0.95], clusters),
    options,
  );
  const within = (months: number) => {
    const count = absolute.reduce((sum, error) => sum + (error <= months ? 1 : 0), 0);
    return { value: count / n, interval: n === 0 ? null : wilsonInterval(count, n) };
  };
  return {
    ...ofSums,
    ...{ medianError: medianError!, p90: p90!, p95: p95! },
    ...{ within6: within(6), within12: within(12), within24: within(24) },
  };
}
