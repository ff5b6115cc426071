/** Intraclass correlation after Shrout and Fleiss (1979), with the intervals of McGraw and Wong (1996). */
import { fisherQuantile } from "./fisher.js";
import { CONFIDENCE, type Estimate } from "./interval.js";

/**
 * The forms for one rater: `oneWay` is ICC(1,1), `agreement` ICC(2,1) (raters drawn at random, absolute agreement),
 * `consistency` ICC(3,1) (these raters, without their bias).
 */
export interface Intraclass {
  oneWay: Estimate;
  agreement: Estimate;
  consistency: Estimate;
}

/** `ratings[rater][subject]`, without gaps. Returns null for fewer than two raters or three subjects, or no spread at all. */
export function intraclass(ratings: readonly ArrayLike<number>[], level = CONFIDENCE): Intraclass | null {
  const k = ratings.length;
  const n = ratings[0]?.length ?? 0;
  if (k < 2 || n < 3) return null;
  const { rows, columns, error, within } = meanSquares(ratings, n, k);
  if (!(rows > 0)) return null;
  const upperTail = (1 + level) / 2;
  const bounds = (f: number, degrees: number) => {
    const low = f / fisherQuantile(upperTail, n - 1, degrees);
    const high = f * fisherQuantile(upperTail, degrees, n - 1);
    return { lower: (low - 1) / (low + k - 1), upper: (high - 1) / (high + k - 1) };
  };
  const isExact = error === 0;
  return {
    oneWay: {
      value: (rows - within) / (rows + (k - 1) * within),
      interval: within === 0 ? null : bounds(rows / within, n * (k - 1)),
    },
    agreement: {
      value: (rows - error) / (rows + (k - 1) * error + (k * (columns - error)) / n),
      interval: isExact ? null : agreementBounds({ rows, columns, error, n, k, upperTail }),
    },
    consistency: {
      value: (rows - error) / (rows + (k - 1) * error),
      interval: isExact ? null : bounds(rows / error, (n - 1) * (k - 1)),
    },
  };
}

function meanSquares(ratings: readonly ArrayLike<number>[], n: number, k: number) {
  const rowMeans = new Float64Array(n);
  const columnMeans = new Float64Array(k);
  ratings.forEach((values, rater) => {
    for (let i = 0; i < n; i++) {
      rowMeans[i]! += values[i]! / k;
      columnMeans[rater]! += values[i]! / n;
    }
  });
  const grand = columnMeans.reduce((sum, value) => sum + value, 0) / k;
  let total = 0;
  for (const values of ratings) for (let i = 0; i < n; i++) total += (values[i]! - grand) ** 2;
  const between = k * rowMeans.reduce((sum, value) => sum + (value - grand) ** 2, 0);
  const raters = n * columnMeans.reduce((sum, value) => sum + (value - grand) ** 2, 0);
  // Rounding may leave a trace of a spread that is none.
  const rest = total - between - raters;
  return {
    rows: between / (n - 1),
    columns: raters / (k - 1),
    error: rest < total * 1e-14 ? 0 : rest / ((n - 1) * (k - 1)),
    within: (total - between) / (n * (k - 1)),
  };
}

interface TwoWay {
  rows: number;
  columns: number;
  error: number;
  n: number;
  k: number;
  upperTail: number;
}

function agreementBounds({ rows, columns, error, n, k, upperTail }: TwoWay) {
  const icc = (rows - error) / (rows + (k - 1) * error + (k * (columns - error)) / n);
  const f = columns / error;
  const [a, b] = [n * (1 + (k - 1) * icc) - k * icc, k * icc];
  const degrees = ((k - 1) * (n - 1) * (b * f + a) ** 2) / ((n - 1) * b ** 2 * f ** 2 + a ** 2);
  const rest = k * columns + (k * n - k - n) * error;
  const low = fisherQuantile(upperTail, n - 1, degrees);
  const high = fisherQuantile(upperTail, degrees, n - 1);
  return {
    lower: (n * (rows - low * error)) / (low * rest + n * rows),
    upper: (n * (high * rows - error)) / (rest + n * high * rows),
  };
}
