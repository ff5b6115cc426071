/**
 * How far the features of a picture lie from those of the training pictures: the Mahalanobis distance of their direction, in a
 * space of few dimensions, so that its statistics are small enough for a manifest. The features of a trained network vary in a
 * few directions only; what is unlike the training pictures shows in the others, once the length of the features is left out.
 */

/** Dimensions of that space. */
const DIMENSIONS = 32;
/** Share of the mean variance in each variance: the weights of directions that hardly vary stay finite. */
const SHRINKAGE = 1e-3;

export interface FeatureStatistics {
  /** [DIMENSIONS] */
  mean: Float32Array;
  /** Inverse of the covariance's Cholesky factor, [DIMENSIONS, DIMENSIONS], row-major, lower triangle. */
  whitening: Float32Array;
}

/** Sums over pictures, as plain numbers, so that processes can exchange them. */
export interface FeatureSums {
  count: number;
  sums: number[];
  /** Sums of products of two dimensions, row-major. */
  products: number[];
}

/** Returns the direction of features in fewer dimensions: each is the sum of every 32nd feature, with fixed signs. */
function reduced(features: Float32Array): Float64Array {
  const result = new Float64Array(DIMENSIONS);
  let squares = 0;
  for (const [i, value] of features.entries()) {
    squares += value * value;
    // The highest bit of a multiplicative hash: as good as a random sign, and the same everywhere.
    result[i % DIMENSIONS]! += Math.imul(i + 1, 0x9e3779b1) < 0 ? -value : value;
  }
  const length = Math.sqrt(squares) || 1;
  return result.map((value) => value / length);
}

export function featureSums(all: readonly Float32Array[]): FeatureSums {
  const sums = new Array<number>(DIMENSIONS).fill(0);
  const products = new Array<number>(DIMENSIONS ** 2).fill(0);
  for (const features of all) {
    const values = reduced(features);
    for (let i = 0; i < DIMENSIONS; i++) {
      sums[i]! += values[i]!;
      for (let j = 0; j < DIMENSIONS; j++) products[i * DIMENSIONS + j]! += values[i]! * values[j]!;
    }
  }
  return { count: all.length, sums, products };
}

/** Returns the statistics of pictures whose sums are given in parts; null of fewer than two pictures, and where nothing varies. */
export function featureStatistics(parts: readonly FeatureSums[]): FeatureStatistics | null {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  if (count < 2) return null;
  const mean = meanOf(parts, "sums", count);
  const covariance = meanOf(parts, "products", count).map((value, at) => {
    const [i, j] = [Math.floor(at / DIMENSIONS), at % DIMENSIONS];
    return value - mean[i]! * mean[j]!;
  });
  let trace = 0;
  for (let i = 0; i < DIMENSIONS; i++) trace += covariance[i * DIMENSIONS + i]!;
  if (!(trace > 1e-12 && Number.isFinite(trace))) return null;
  const shrunk = covariance.map((value, at) => {
    const isDiagonal = at % (DIMENSIONS + 1) === 0;
    return (1 - SHRINKAGE) * value + (isDiagonal ? (SHRINKAGE * trace) / DIMENSIONS : 0);
  });
  return { mean: Float32Array.from(mean), whitening: Float32Array.from(inverseOf(choleskyOf(shrunk))) };
}

function meanOf(parts: readonly FeatureSums[], key: "sums" | "products", count: number): Float64Array {
  const length = parts[0]![key].length;
  return Float64Array.from({ length }, (_, i) => parts.reduce((sum, part) => sum + part[key][i]!, 0) / count);
}

/** Returns the lower triangle L with L Lᵀ = the matrix. */
function choleskyOf(matrix: Float64Array): Float64Array {
  const lower = new Float64Array(matrix.length);
  const at = (i: number, j: number) => lower[i * DIMENSIONS + j]!;
  for (let i = 0; i < DIMENSIONS; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * DIMENSIONS + j]!;
      for (let k = 0; k < j; k++) rest -= at(i, k) * at(j, k);
      lower[i * DIMENSIONS + j] = i === j ? Math.sqrt(rest) : rest / at(j, j);
    }
  return lower;
}

/** Returns the inverse of a lower triangle. */
function inverseOf(lower: Float64Array): Float64Array {
  const inverse = new Float64Array(lower.length);
  for (let column = 0; column < DIMENSIONS; column++)
    for (let i = column; i < DIMENSIONS; i++) {
      let rest = i === column ? 1 : 0;
      for (let k = column; k < i; k++) rest -= lower[i * DIMENSIONS + k]! * inverse[k * DIMENSIONS + column]!;
      inverse[i * DIMENSIONS + column] = rest / lower[i * DIMENSIONS + i]!;
    }
  return inverse;
}

/** Returns the Mahalanobis distance, divided by the root of the number of dimensions: about 1 for a training picture. */
export function featureDistance(features: Float32Array, { mean, whitening }: FeatureStatistics): number {
  const values = reduced(features);
  let sum = 0;
  for (let i = 0; i < DIMENSIONS; i++) {
    let white = 0;
    for (let j = 0; j <= i; j++) white += whitening[i * DIMENSIONS + j]! * (values[j]! - mean[j]!);
    sum += white * white;
  }
  return Math.sqrt(sum / DIMENSIONS);
}

/** Returns the statistics as a text. */
export function encodeStatistics({ mean, whitening }: FeatureStatistics): string {
  return Buffer.from(Float32Array.of(...mean, ...whitening).buffer).toString("base64");
}

/** Returns the statistics in such a text; null where it has another length. */
export function decodeStatistics(text: string): FeatureStatistics | null {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  if (bytes.length !== 4 * DIMENSIONS * (1 + DIMENSIONS)) return null;
  const both = new Float32Array(bytes.buffer);
  return { mean: both.subarray(0, DIMENSIONS), whitening: both.subarray(DIMENSIONS) };
}

/** Returns the value that a share of the values does not exceed. */
export function upperLimit(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}
