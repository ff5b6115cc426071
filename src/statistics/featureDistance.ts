/**
 * How far the features of a picture lie from those of the training pictures: how much of their direction is left when what the
 * training pictures vary in is taken out, in a space of fewer dimensions, so that the statistics are small enough for a manifest.
 * The features of a trained network vary in a few directions only; what is unlike the training pictures shows in the others, once
 * the length of the features is left out.
 */
import { principalAxes } from "./principalAxes.js";

/** Dimensions of that space. */
const DIMENSIONS = 128;
/** Most directions that training pictures vary in; and how many pictures each of them takes at least. */
const MOST_AXES = 32;
const PICTURES_AN_AXIS = 8;

export interface FeatureStatistics {
  /** [DIMENSIONS] */
  mean: Float32Array;
  /** The axes in which training pictures vary most, [axes, DIMENSIONS], row-major. */
  axes: Float32Array;
}

/** Sums over pictures, as plain numbers, so that processes can exchange them. */
export interface FeatureSums {
  count: number;
  sums: number[];
  /** Sums of products of two dimensions, row-major. */
  products: number[];
}

/** Returns the direction of features in fewer dimensions: each is the sum of every 128th feature, with fixed signs. */
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
  const axes = principalAxes(
    covariance,
    DIMENSIONS,
    Math.min(MOST_AXES, Math.floor(count / PICTURES_AN_AXIS)),
  );
  return { mean: Float32Array.from(mean), axes: Float32Array.from(axes.flatMap((axis) => [...axis])) };
}

function meanOf(parts: readonly FeatureSums[], key: "sums" | "products", count: number): Float64Array {
  const length = parts[0]![key].length;
  return Float64Array.from({ length }, (_, i) => parts.reduce((sum, part) => sum + part[key][i]!, 0) / count);
}

/** Returns the length of what the axes of the training pictures leave of the direction's deviation from their mean. */
export function featureDistance(features: Float32Array, { mean, axes }: FeatureStatistics): number {
  const rest = reduced(features).map((value, i) => value - mean[i]!);
  for (let start = 0; start < axes.length; start += DIMENSIONS) {
    let along = 0;
    for (let i = 0; i < DIMENSIONS; i++) along += axes[start + i]! * rest[i]!;
    for (let i = 0; i < DIMENSIONS; i++) rest[i]! -= axes[start + i]! * along;
  }
  return Math.hypot(...rest);
}

/** Returns the statistics as a text. */
export function encodeStatistics({ mean, axes }: FeatureStatistics): string {
  return Buffer.from(Float32Array.of(...mean, ...axes).buffer).toString("base64");
}

/** Returns the statistics in such a text; null where it has another length. */
export function decodeStatistics(text: string): FeatureStatistics | null {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  const rows = bytes.length / (4 * DIMENSIONS);
  if (!Number.isInteger(rows) || rows < 1 || rows > 1 + MOST_AXES) return null;
  const both = new Float32Array(bytes.buffer);
  return { mean: both.subarray(0, DIMENSIONS), axes: both.subarray(DIMENSIONS) };
}

/** Returns the value that a share of the values does not exceed. */
export function upperLimit(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}
