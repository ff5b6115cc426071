import { expect, test } from "vitest";
import { otherRegion } from "../../../src/model/otherRegion.js";

const SIDE = 64;
/** A map with rectangles of one probability: left, top, width, height, probability. */
function mapOf(...rectangles: readonly (readonly [number, number, number, number, number])[]): Float32Array {
  const map = new Float32Array(SIDE * SIDE);
  for (const [left, top, width, height, value] of rectangles)
    for (let y = top; y < top + height; y++) map.fill(value, y * SIDE + left, y * SIDE + left + width);
  return map;
}
const HAND = [20, 10, 20, 30, 1] as const;
const WHOLE = { width: 500, height: 500 };

test("nothing besides the hand is 0, and so is an empty map", () => {
  expect(otherRegion(mapOf(HAND), SIDE, WHOLE)).toBe(0);
  expect(otherRegion(mapOf(), SIDE, WHOLE)).toBe(0);
});

test("a region counts by area and probability, and a tenth where it does not reach the border", () => {
  const share = (10 * 6 * 0.5) / 600;
  expect(otherRegion(mapOf(HAND, [0, 50, 10, 6, 0.5]), SIDE, WHOLE)).toBeCloseTo(share, 6);
  expect(otherRegion(mapOf(HAND, [44, 50, 10, 6, 0.5]), SIDE, WHOLE)).toBeCloseTo(share / 10, 6);
});

test("the border is the picture's, not the square's round it", () => {
  // A picture half as wide as it is high stands in columns 16 to 47.
  const map = mapOf([24, 10, 10, 30, 1], [40, 50, 8, 6, 1]);
  expect(otherRegion(map, SIDE, { width: 250, height: 500 })).toBeCloseTo(48 / 300, 6);
  expect(otherRegion(map, SIDE, WHOLE)).toBeCloseTo(48 / 3000, 6);
});
