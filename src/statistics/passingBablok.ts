/** The regression of Passing and Bablok (1983): a line that allows for errors in both variables, and is robust. */
import { CONFIDENCE, type Estimate } from "./interval.js";
import { normalQuantile } from "./normal.js";
import { median } from "./quantile.js";
import { selectRank } from "./selectRank.js";

export interface PassingBablok {
  slope: Estimate;
  intercept: Estimate;
}

/** There is a slope for each pair: beyond, they take too much memory. */
export const MOST_FOR_PASSING_BABLOK = 5000;

/** Fits y over x. Returns null for fewer than three points, more than 5,000, and where it is undefined (a constant series). */
export function passingBablok(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  level = CONFIDENCE,
): PassingBablok | null {
  const n = x.length;
  if (n < 3 || n > MOST_FOR_PASSING_BABLOK) return null;
  const { slopes, offset } = slopesOf(x, y);
  const count = slopes.length;
  if (count === 0) return null;
  const spread = normalQuantile((1 + level) / 2) * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const first = Math.round((count - spread) / 2);
  const ranked = (rank: number) => {
    const index = rank - 1 + offset;
    return index < 0 || index >= count ? Number.NaN : selectRank(slopes, index);
  };
  const isOdd = count % 2 === 1;
  const slope = isOdd ? ranked((count + 1) / 2) : (ranked(count / 2) + ranked(count / 2 + 1)) / 2;
  const [lower, upper] = [ranked(first), ranked(count - first + 1)];
  if (!Number.isFinite(slope)) return null;
  const interceptAt = (b: number) => median(Float64Array.from(y, (value, i) => value - b * x[i]!));
  const isKnown = first >= 1 && Number.isFinite(lower) && Number.isFinite(upper);
  return {
    slope: { value: slope, interval: isKnown ? { lower, upper } : null },
    intercept: {
      value: interceptAt(slope),
      interval: isKnown ? { lower: interceptAt(upper), upper: interceptAt(lower) } : null,
    },
  };
}

/** The slopes between all pairs, without those of equal points and those of -1; `offset` counts slopes below -1. */
function slopesOf(x: ArrayLike<number>, y: ArrayLike<number>): { slopes: Float64Array; offset: number } {
  const slopes = new Float64Array((x.length * (x.length - 1)) / 2);
  let [count, offset] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = i + 1; j < x.length; j++) {
      const slope = (y[i]! - y[j]!) / (x[i]! - x[j]!);
      if (Number.isNaN(slope) || slope === -1) continue;
      slopes[count++] = slope;
      if (slope < -1) offset += 1;
    }
  }
  return { slopes: slopes.subarray(0, count), offset };
}
