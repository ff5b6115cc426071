import { expect, test } from "vitest";
import { principalAxes } from "../../../src/statistics/principalAxes.js";

const SIZE = 6;
/** Orthogonal vectors: those of the discrete cosine transform. */
const basis = Array.from({ length: SIZE }, (_, k) =>
  Array.from(
    { length: SIZE },
    (_, i) => Math.sqrt((k === 0 ? 1 : 2) / SIZE) * Math.cos((Math.PI * k * (2 * i + 1)) / (2 * SIZE)),
  ),
);
const values = [3, 0.01, 7, 5, 0, 1];
const matrix = Float64Array.from({ length: SIZE ** 2 }, (_, at) => {
  const [i, j] = [Math.floor(at / SIZE), at % SIZE];
  return values.reduce((sum, value, k) => sum + value * basis[k]![i]! * basis[k]![j]!, 0);
});

test("the axes of a matrix that was made of known ones, largest first", () => {
  const found = principalAxes(matrix, SIZE, 4);
  expect(found).toHaveLength(4);
  for (const [i, k] of [2, 3, 0, 5].entries()) {
    const product = found[i]!.reduce((sum, value, j) => sum + value * basis[k]![j]!, 0);
    expect(Math.abs(product)).toBeCloseTo(1, 10);
    expect(Math.hypot(...found[i]!)).toBeCloseTo(1, 10);
  }
});

test("no axes are asked for, or nothing varies", () => {
  expect(principalAxes(matrix, SIZE, 0)).toEqual([]);
  expect(principalAxes(new Float64Array(SIZE ** 2), SIZE, 1)).toHaveLength(1);
});
