/** How far the features of a picture lie from those of the training pictures. */

export interface FeatureStatistics {
  mean: Float32Array;
  sd: Float32Array;
}

/** Share of the mean variance in each variance, so that a feature that hardly varies does not decide alone. */
const SHRINKAGE = 0.1;

/** Sums over the features of pictures, as plain numbers, so that processes can exchange them. */
export interface FeatureSums {
  count: number;
  sums: number[];
  squares: number[];
}

export function featureSums(all: readonly Float32Array[]): FeatureSums {
  const columns = all[0]?.length ?? 0;
  const [sums, squares] = [new Array<number>(columns).fill(0), new Array<number>(columns).fill(0)];
  for (const features of all)
    for (let i = 0; i < columns; i++) {
      const value = features[i]!;
      sums[i]! += value;
      squares[i]! += value * value;
    }
  return { count: all.length, sums, squares };
}

/** The mean and the shrunk standard deviation of each feature; null of fewer than two pictures, and where nothing varies. */
export function featureStatistics(parts: readonly FeatureSums[]): FeatureStatistics | null {
  const present = parts.filter(({ count }) => count > 0);
  const count = present.reduce((sum, part) => sum + part.count, 0);
  if (count < 2) return null;
  const columns = present[0]!.sums.length;
  const total = (key: "sums" | "squares", i: number) => present.reduce((sum, part) => sum + part[key][i]!, 0);
  const mean = Float64Array.from({ length: columns }, (_, i) => total("sums", i) / count);
  const variance = mean.map((value, i) => Math.max(0, total("squares", i) / count - value * value));
  const pooled = variance.reduce((sum, value) => sum + value, 0) / columns;
  if (!(pooled > 0 && Number.isFinite(pooled))) return null;
  const shrunk = variance.map((value) => Math.sqrt((1 - SHRINKAGE) * value + SHRINKAGE * pooled));
  return { mean: Float32Array.from(mean), sd: Float32Array.from(shrunk) };
}

/** The root mean square of the features' deviations from their means, in standard deviations. */
export function featureDistance(features: Float32Array, { mean, sd }: FeatureStatistics): number {
  let sum = 0;
  for (let i = 0; i < mean.length; i++) sum += ((features[i]! - mean[i]!) / sd[i]!) ** 2;
  return Math.sqrt(sum / mean.length);
}

/** The statistics as a text. */
export function encodeStatistics({ mean, sd }: FeatureStatistics): string {
  return Buffer.from(Float32Array.of(...mean, ...sd).buffer).toString("base64");
}

/** The statistics in such a text; null where it has not two numbers for each feature. */
export function decodeStatistics(text: string): FeatureStatistics | null {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  if (bytes.length === 0 || bytes.length % 8 !== 0) return null;
  const both = new Float32Array(bytes.buffer);
  const columns = both.length / 2;
  return { mean: both.subarray(0, columns), sd: both.subarray(columns) };
}

/** The value that a share of the values does not exceed. */
export function upperLimit(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}
