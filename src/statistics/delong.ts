/** The area under the ROC curve with DeLong's variance (DeLong 1988), by mid-ranks (Sun and Xu 2014). */
import { CONFIDENCE, type Estimate } from "./interval.js";
import { mean } from "./mean.js";
import { midRanks } from "./midRanks.js";
import { normalCdf, normalQuantile } from "./normal.js";

interface Components {
  area: number;
  /** The share of negatives below each positive, and of positives above each negative. */
  positives: Float64Array;
  negatives: Float64Array;
}

/** `truths` are 1 (positive) or 0. Returns null where one class has no value. */
export function areaUnderRoc(
  scores: ArrayLike<number>,
  truths: ArrayLike<number>,
  level = CONFIDENCE,
): Estimate | null {
  const parts = components(scores, truths);
  if (parts === null) return null;
  const { area } = parts;
  const error = Math.sqrt(covariance(parts, parts));
  const half = normalQuantile((1 + level) / 2) * error;
  // One value of a class has no variance.
  const interval = Number.isFinite(half)
    ? { lower: Math.max(0, area - half), upper: Math.min(1, area + half) }
    : null;
  return { value: area, interval };
}

/** Compares the areas of two scores of the same rows: their difference (first - second), and its two-sided p-value. */
export function compareAreas(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  truths: ArrayLike<number>,
): { difference: number; p: number } | null {
  const [a, b] = [components(first, truths), components(second, truths)];
  if (a === null || b === null) return null;
  const difference = a.area - b.area;
  const variance = covariance(a, a) + covariance(b, b) - 2 * covariance(a, b);
  if (!(variance > 0)) return { difference, p: difference === 0 ? 1 : Number.NaN };
  return { difference, p: 2 * normalCdf(-Math.abs(difference) / Math.sqrt(variance)) };
}

function components(scores: ArrayLike<number>, truths: ArrayLike<number>): Components | null {
  const isOf = (label: number) => Float64Array.from(Array.from(scores).filter((_, i) => truths[i] === label));
  const [positive, negative] = [isOf(1), isOf(0)];
  const [m, n] = [positive.length, negative.length];
  if (m === 0 || n === 0) return null;
  const all = new Float64Array(m + n);
  all.set(positive);
  all.set(negative, m);
  const [ranks, own, others] = [midRanks(all), midRanks(positive), midRanks(negative)];
  const positives = Float64Array.from(own, (rank, i) => (ranks[i]! - rank) / n);
  const negatives = Float64Array.from(others, (rank, j) => 1 - (ranks[m + j]! - rank) / m);
  return { area: mean(positives), positives, negatives };
}

function covariance(a: Components, b: Components): number {
  const of = (x: Float64Array, y: Float64Array) => {
    const [meanX, meanY] = [mean(x), mean(y)];
    const sum = x.reduce((total, value, i) => total + (value - meanX) * (y[i]! - meanY), 0);
    return sum / (x.length - 1) / x.length;
  };
  return of(a.positives, b.positives) + of(a.negatives, b.negatives);
}
