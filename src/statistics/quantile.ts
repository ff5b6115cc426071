/** Quantiles between order statistics, by linear interpolation (NumPy's default, type 7 of Hyndman and Fan). */

/** Returns the quantile of values in ascending order; NaN for no values. */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}

export const ascending = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort();

export const quantile = (values: ArrayLike<number>, share: number): number =>
  quantileOfSorted(ascending(values), share);

export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);
