import { expect, test } from "vitest";
import {
  decodeStatistics,
  encodeStatistics,
  featureDistance,
  featureStatistics,
  featureSums,
  upperLimit,
} from "../../../src/statistics/featureDistance.js";

const pictures = [
  [1, 10],
  [3, 14],
  [5, 10],
  [3, 6],
].map((features) => Float32Array.from(features));

test("means and shrunk standard deviations, however the pictures are shared out", () => {
  const whole = featureStatistics([featureSums(pictures)])!;
  // Variances 2 and 8, their mean 5: 0.9 * 2 + 0.1 * 5, and 0.9 * 8 + 0.1 * 5.
  expect([...whole.mean]).toEqual([3, 10]);
  expect(whole.sd[0]! ** 2).toBeCloseTo(2.3, 5);
  expect(whole.sd[1]! ** 2).toBeCloseTo(7.7, 5);
  const parts = [pictures.slice(0, 1), [], pictures.slice(1)].map(featureSums);
  expect(featureStatistics(parts)).toEqual(whole);
});

test("there are none of one picture, and of pictures that are all the same", () => {
  expect(featureStatistics([featureSums([]), featureSums(pictures.slice(0, 1))])).toBeNull();
  expect(featureStatistics([featureSums([pictures[0]!, pictures[0]!])])).toBeNull();
});

test("the distance is the root mean square of the deviations in standard deviations", () => {
  const statistics = { mean: Float32Array.of(3, 10), sd: Float32Array.of(2, 4) };
  expect(featureDistance(Float32Array.of(3, 10), statistics)).toBe(0);
  expect(featureDistance(Float32Array.of(7, 18), statistics)).toBe(2);
  expect(featureDistance(Float32Array.of(9, 10), statistics)).toBeCloseTo(3 / Math.SQRT2, 6);
});

test("a text holds them exactly; what is no such text is none", () => {
  const statistics = featureStatistics([featureSums(pictures)])!;
  expect(decodeStatistics(encodeStatistics(statistics))).toEqual(statistics);
  expect(decodeStatistics("")).toBeNull();
  expect(decodeStatistics(Buffer.alloc(12).toString("base64"))).toBeNull();
});

test("1 % of the values are above the limit", () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i);
  expect(values.filter((value) => value > upperLimit(values, 0.99))).toEqual([200, 199]);
  expect(upperLimit([5], 0.99)).toBe(5);
});
