/** Differences of numbers that two devices computed. */

/** Returns the largest absolute difference; NaN if any is NaN. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.NaN;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(largest)) return largest;
  }
  return largest;
}

/** Returns the largest absolute difference, as a share of the largest absolute value of `b`. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const scale = largestDifference(b, new Float64Array(b.length));
  const difference = largestDifference(a, b);
  return difference === 0 ? 0 : difference / scale;
}

export const sameBytes = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
