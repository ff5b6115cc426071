import { moments } from "./correlation.js";
import { CONFIDENCE, type Interval } from "./interval.js";
import { studentQuantile, studentTwoSided } from "./student.js";

/** A straight line y = slope * x + intercept, fitted by least squares. */
export interface FittedLine {
  slope: number;
  intercept: number;
  slopeInterval: Interval;
  interceptInterval: Interval;
  /** Two-sided p-value of a slope of 0. */
  slopeP: number;
}

/** Fits the line; null for fewer than three points and for a constant x. */
export function leastSquares(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  level = CONFIDENCE,
): FittedLine | null {
  const n = x.length;
  const { meanX, meanY, sumXX, sumXY, sumYY } = moments(x, y);
  if (n < 3 || !(sumXX > 0)) return null;
  const slope = sumXY / sumXX;
  const intercept = meanY - slope * meanX;
  const variance = Math.max(0, sumYY - slope * sumXY) / (n - 2);
  const t = studentQuantile((1 + level) / 2, n - 2);
  const slopeError = Math.sqrt(variance / sumXX);
  const interceptError = Math.sqrt(variance * (1 / n + meanX ** 2 / sumXX));
  const around = (value: number, error: number) => ({ lower: value - t * error, upper: value + t * error });
  return {
    slope,
    intercept,
    slopeInterval: around(slope, slopeError),
    interceptInterval: around(intercept, interceptError),
    slopeP: slopeError === 0 ? (slope === 0 ? 1 : 0) : studentTwoSided(slope / slopeError, n - 2),
  };
}
