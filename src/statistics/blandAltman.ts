/**
 * Agreement after Bland and Altman. A difference is always prediction - truth, so a positive bias is an overestimate; the
 * proportional bias is the slope of the differences over the mean of both, so a positive slope means that the predictions
 * spread more widely than the truth.
 */
import { CONFIDENCE, type Estimate } from "./interval.js";
import { type FittedLine, leastSquares } from "./leastSquares.js";
import { mean } from "./mean.js";
import { normalQuantile } from "./normal.js";
import { standardDeviation } from "./standardDeviation.js";
import { LARGEST_NONCENTRALITY, noncentralQuantile, studentQuantile } from "./student.js";

export interface BlandAltman {
  bias: Estimate;
  /** The standard deviation of the differences. */
  sd: number;
  /** 95 % limits of agreement: bias - 1.96 sd and bias + 1.96 sd. */
  lower: Estimate;
  upper: Estimate;
  /** `exact` intervals of the limits follow from the noncentral t distribution, `approximate` ones from Bland and Altman (1999). */
  limitIntervals: "exact" | "approximate";
  /** Least squares of the differences over the means; null where it cannot be fitted. */
  proportional: FittedLine | null;
}

/** Returns null for fewer than three pairs. */
export function blandAltman(
  predictions: ArrayLike<number>,
  truths: ArrayLike<number>,
  level = CONFIDENCE,
): BlandAltman | null {
  const n = truths.length;
  if (n < 3) return null;
  const differences = Float64Array.from(truths, (truth, i) => predictions[i]! - truth);
  const means = Float64Array.from(truths, (truth, i) => (predictions[i]! + truth) / 2);
  const [bias, sd] = [mean(differences), standardDeviation(differences)];
  const half = (studentQuantile((1 + level) / 2, n - 1) * sd) / Math.sqrt(n);
  const z = normalQuantile(0.975);
  const isExact = z * Math.sqrt(n) <= LARGEST_NONCENTRALITY;
  const { inner, outer } = isExact ? exactDistances(n, z, level) : approximateDistances(n, z, level);
  return {
    bias: { value: bias, interval: { lower: bias - half, upper: bias + half } },
    sd,
    lower: { value: bias - z * sd, interval: { lower: bias - outer * sd, upper: bias - inner * sd } },
    upper: { value: bias + z * sd, interval: { lower: bias + inner * sd, upper: bias + outer * sd } },
    limitIntervals: isExact ? "exact" : "approximate",
    proportional: leastSquares(means, differences, level),
  };
}

/** Distances of a limit's bounds from the bias, in standard deviations of the differences. */
interface Distances {
  inner: number;
  outer: number;
}

function exactDistances(n: number, z: number, level: number): Distances {
  const at = (p: number) => noncentralQuantile(p, n - 1, z * Math.sqrt(n)) / Math.sqrt(n);
  return { inner: at((1 - level) / 2), outer: at((1 + level) / 2) };
}

function approximateDistances(n: number, z: number, level: number): Distances {
  const half = studentQuantile((1 + level) / 2, n - 1) * Math.sqrt(1 / n + z ** 2 / (2 * (n - 1)));
  return { inner: z - half, outer: z + half };
}
