import { afterAll } from "vitest";

export interface Difference {
  maximum: number;
  mean: number;
}

/** Absolute difference of two arrays of equal length; NaN anywhere gives NaN. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  if (actual.length !== expected.length) throw new Error(`${actual.length} values, not ${expected.length}`);
  let maximum = 0;
  let sum = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i]! - expected[i]!);
    maximum = Math.max(maximum, distance);
    sum += distance;
  }
  return { maximum, mean: sum / expected.length };
}

/** A table of differences, printed when the file's tests are done. */
export function differenceReport(): (name: string, difference: Difference) => void {
  const rows: Record<string, { maximum: string; mean: string }> = {};
  afterAll(() => console.table(rows));
  return (name, { maximum, mean }) => {
    rows[name] = { maximum: maximum.toExponential(2), mean: mean.toExponential(2) };
  };
}
