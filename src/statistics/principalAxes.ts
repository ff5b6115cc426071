/** Principal axes by the cyclic Jacobi method: slow for large matrices, but short and exact. */

const MOST_SWEEPS = 50;

/**
 * Returns the eigenvectors of the `count` largest eigenvalues of a symmetric matrix, [size, size], row-major; the first belongs
 * to the largest. Each has length 1.
 */
export function principalAxes(matrix: Float64Array, size: number, count: number): Float64Array[] {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  const scale = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a, size) > 1e-24 * scale; sweep++)
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) if (a[p * size + q] !== 0) rotate(a, vectors, size, p, q);
  const order = Array.from({ length: size }, (_, i) => i).sort((i, j) => a[j * size + j]! - a[i * size + i]!);
  return order.slice(0, count).map((i) => vectors.slice(i * size, (i + 1) * size));
}

function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) sum += a[p * size + q]! ** 2;
  return sum;
}

/** Turns axes p and q so that their element of the matrix becomes 0. Rows of `vectors` are the axes. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const ratio = (a[q * size + q]! - a[p * size + p]!) / (2 * a[p * size + q]!);
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(ratio, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const turn = (values: Float64Array, i: number, j: number) => {
    const [x, y] = [values[i]!, values[j]!];
    values[i] = cosine * (x - tangent * y);
    values[j] = cosine * (y + tangent * x);
  };
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k);
  for (let k = 0; k < size; k++) turn(vectors, p * size + k, q * size + k);
}
