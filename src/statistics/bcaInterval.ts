/** The bias-corrected and accelerated bootstrap interval (Efron 1987). */
import { CONFIDENCE, type Interval } from "./interval.js";
import { mean } from "./mean.js";
import { normalCdf, normalQuantile } from "./normal.js";
import { quantileOfSorted } from "./quantile.js";

/**
 * Returns the interval of an estimate; null where it is undefined (a statistic that does not vary, or is NaN in a resample).
 * @param resampled the statistic of each resample
 * @param leftOut the statistic without each cluster (jackknife)
 */
export function bcaInterval(
  estimate: number,
  resampled: ArrayLike<number>,
  leftOut: ArrayLike<number>,
  level = CONFIDENCE,
): Interval | null {
  const sorted = Float64Array.from(resampled).sort();
  // NaN is last in the order of typed arrays.
  if (Number.isNaN(sorted.at(-1) ?? Number.NaN) || !Number.isFinite(estimate)) return null;
  let [below, equal] = [0, 0];
  for (const value of sorted) {
    if (value < estimate) below += 1;
    else if (value === estimate) equal += 1;
  }
  const bias = normalQuantile((below + equal / 2) / sorted.length);
  const skew = acceleration(leftOut);
  const at = (p: number) => {
    const shifted = bias + normalQuantile(p);
    return quantileOfSorted(sorted, normalCdf(bias + shifted / (1 - skew * shifted)));
  };
  const interval = { lower: at((1 - level) / 2), upper: at((1 + level) / 2) };
  return Number.isFinite(interval.lower) && Number.isFinite(interval.upper) ? interval : null;
}

function acceleration(leftOut: ArrayLike<number>): number {
  const centre = mean(leftOut);
  let [squares, cubes] = [0, 0];
  for (let i = 0; i < leftOut.length; i++) {
    const influence = centre - leftOut[i]!;
    squares += influence ** 2;
    cubes += influence ** 3;
  }
  return squares === 0 ? Number.NaN : cubes / (6 * squares ** 1.5);
}
