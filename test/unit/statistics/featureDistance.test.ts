import { expect, test } from "vitest";
import {
  decodeStatistics,
  encodeStatistics,
  featureDistance,
  featureStatistics,
  featureSums,
  upperLimit,
} from "../../../src/statistics/featureDistance.js";

/** Features that vary in two directions of 64 alone, but for a little noise; the third direction is `other`. */
function features(i: number, other = 0): Float32Array {
  return Float32Array.from({ length: 64 }, (_, k) => {
    const noise = 0.01 * Math.sin(12.9 * i + 78.2 * k);
    return (
      1 + Math.sin(i) * Math.cos(k) + Math.cos(1.7 * i) * Math.sin(3 * k) + other * Math.cos(5 * k) + noise
    );
  });
}
const pictures = Array.from({ length: 300 }, (_, i) => features(i));
const statistics = featureStatistics([featureSums(pictures)])!;
const others = Array.from({ length: 100 }, (_, i) => features(i + 0.5));

test("pictures like those of training are near, whatever the length of their features", () => {
  const distances = pictures.map((one) => featureDistance(one, statistics));
  // They vary in two directions, by about 1 of the length 1, and little more than noise is left.
  expect(Math.max(...distances)).toBeLessThan(0.05);
  for (const one of others.slice(0, 5)) {
    const longer = one.map((value) => 7 * value);
    expect(featureDistance(longer, statistics)).toBeCloseTo(featureDistance(one, statistics), 3);
  }
});

test("a deviation in a direction in which training pictures do not vary is far, though it is small", () => {
  const limit = upperLimit(
    pictures.map((one) => featureDistance(one, statistics)),
    0.99,
  );
  const near = others.filter((one) => featureDistance(one, statistics) <= 1.5 * limit);
  expect(near.length).toBeGreaterThan(95);
  for (let i = 0; i < 50; i++)
    expect(featureDistance(features(i, 0.5), statistics)).toBeGreaterThan(1.5 * limit);
});

test("how the pictures are shared out does not matter", () => {
  const parts = [pictures.slice(0, 100), [], pictures.slice(100)].map(featureSums);
  const shared = featureStatistics(parts)!;
  for (const [i, value] of statistics.mean.entries()) expect(shared.mean[i]).toBeCloseTo(value, 6);
  expect(featureDistance(others[0]!, shared)).toBeCloseTo(featureDistance(others[0]!, statistics), 3);
});

test("there are none of one picture, and of pictures that are all the same", () => {
  expect(featureStatistics([featureSums([]), featureSums(pictures.slice(0, 1))])).toBeNull();
  expect(featureStatistics([featureSums([pictures[0]!, pictures[0]!])])).toBeNull();
});

test("a text holds them exactly; what is no such text is none", () => {
  expect(decodeStatistics(encodeStatistics(statistics))).toEqual(statistics);
  expect(decodeStatistics("")).toBeNull();
  expect(decodeStatistics(Buffer.alloc(12).toString("base64"))).toBeNull();
});

test("1 % of the values are above the limit", () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i);
  expect(values.filter((value) => value > upperLimit(values, 0.99))).toEqual([200, 199]);
  expect(upperLimit([5], 0.99)).toBe(5);
});
