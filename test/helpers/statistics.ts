/** Statistics of samples of random numbers. Seeds are fixed, so a test that passes once passes always. */

export const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function variance(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}

/** Returns the largest distance between the sample's distribution and the uniform one from `low` to `high` (Kolmogorov-Smirnov). */
export function distanceFromUniform(values: readonly number[], low: number, high: number): number {
  const sorted = values.map((value) => (value - low) / (high - low)).sort((a, b) => a - b);
  const n = sorted.length;
  return Math.max(...sorted.map((value, i) => Math.max(value - i / n, (i + 1) / n - value)));
}

/** Returns the distance that one in 10,000 samples of n exceeds: sqrt(-ln(0.0001 / 2) / 2 / n). */
export const rareDistance = (n: number) => Math.sqrt(-Math.log(5e-5) / 2 / n);

/** Pearson's r; of n independent pairs it has a standard deviation of about 1 / sqrt(n). */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const [centreA, centreB] = [mean(a), mean(b)];
  const products = a.map((value, i) => (value - centreA) * (b[i]! - centreB));
  return mean(products) / Math.sqrt(variance(a) * variance(b));
}

/** Standard deviation of the share of n trials that succeed with probability p. */
export const deviationOfShare = (p: number, n: number) => Math.sqrt((p * (1 - p)) / n);
