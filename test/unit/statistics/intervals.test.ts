/** What intervals must do whatever package computes them: cover the truth, be repeatable, and know what they cannot say. */
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/random.js";
import { ageEstimates } from "../../../src/statistics/ageEstimates.js";
import { blandAltman } from "../../../src/statistics/blandAltman.js";
import { clustersOf } from "../../../src/statistics/clusters.js";
import { conformalHalfWidth, mondrianHalfWidths } from "../../../src/statistics/conformal.js";
import { areaUnderRoc } from "../../../src/statistics/delong.js";
import { intraclass } from "../../../src/statistics/intraclass.js";
import { normalQuantile } from "../../../src/statistics/normal.js";
import { pairedDifference } from "../../../src/statistics/pairedDifference.js";
import { passingBablok } from "../../../src/statistics/passingBablok.js";
import { countForHalfWidth, halfWidthOfMean } from "../../../src/statistics/precision.js";

const uniform = (key: number, count: number) => {
  const random = new Random("order", 5, key, 0);
  return Array.from({ length: count }, () => random.uniform());
};
const normal = (key: number, count: number) =>
  uniform(key, count).map((p) => normalQuantile((p + 1e-12) / (1 + 2e-12)));
const alone = (count: number) => clustersOf(Array.from({ length: count }, () => ""));

const truths = uniform(1, 120).map((p) => 12 + 200 * p);
const predictions = normal(2, 120).map((z, i) => truths[i]! + 8 * z);
const options = { clusters: alone(120), resamples: 500, seed: 1 };

describe("the bootstrap", () => {
  test("the same seed gives the same interval, another seed another one", () => {
    const { mad } = ageEstimates(predictions, truths, options);
    expect(ageEstimates(predictions, truths, options).mad).toEqual(mad);
    expect(ageEstimates(predictions, truths, { ...options, seed: 2 }).mad.interval).not.toEqual(mad.interval);
  });

  test("the interval of a mean covers it in about 95 of 100 cohorts", () => {
    let covered = 0;
    for (let cohort = 0; cohort < 200; cohort++) {
      const errors = normal(1000 + cohort, 40);
      const { interval } = ageEstimates(
        errors,
        errors.map(() => 0),
        { ...options, clusters: alone(40) },
      ).me;
      if (interval!.lower <= 0 && interval!.upper >= 0) covered += 1;
    }
    expect(covered).toBeGreaterThan(180);
    expect(covered).toBeLessThan(199);
  });

  test("pictures of one patient count once: copies of each row leave the interval as it was", () => {
    const keys = truths.map((_, i) => `patient ${i}`);
    const twice = <T>(values: readonly T[]) => [...values, ...values];
    const once = ageEstimates(predictions, truths, { ...options, clusters: clustersOf(keys) });
    const copies = ageEstimates(twice(predictions), twice(truths), {
      ...options,
      clusters: clustersOf(twice(keys)),
    });
    expect(copies.mad.interval!.lower).toBeCloseTo(once.mad.interval!.lower, 9);
    expect(copies.mad.interval!.upper).toBeCloseTo(once.mad.interval!.upper, 9);
    const loose = ageEstimates(twice(predictions), twice(truths), { ...options, clusters: alone(240) });
    const width = ({ interval }: typeof once.mad) => interval!.upper - interval!.lower;
    expect(width(loose.mad)).toBeLessThan(0.85 * width(copies.mad));
  });

  test("one row, and constant predictions, have estimates without intervals, or none at all", () => {
    const one = ageEstimates([100], [90], { ...options, clusters: alone(1) });
    expect(one.mad).toEqual({ value: 10, interval: null });
    const constant = ageEstimates(
      truths.map(() => 0.1),
      truths,
      options,
    );
    expect(constant.pearson).toEqual({ value: Number.NaN, interval: null });
    expect(constant.calibrationSlope.value).toBeNaN();
    expect(constant.mad.interval).not.toBeNull();
    expect(ageEstimates(truths, truths, options).mad).toEqual({ value: 0, interval: null });
  });

  test("a model is not better than itself, and is better than itself with noise", () => {
    const same = pairedDifference(predictions, predictions, truths, options);
    expect(same).toEqual({ mad: { value: 0, interval: null }, wilcoxon: null, isShown: false });
    const worse = predictions.map((value, i) => value + (i % 2 === 0 ? 15 : -15));
    const found = pairedDifference(predictions, worse, truths, options);
    expect(found.isShown).toBe(true);
    expect(found.mad.interval!.upper).toBeLessThan(0);
    expect(found.wilcoxon!.p).toBeLessThan(1e-6);
  });
});

test("Passing-Bablok does not depend on which variable is which", () => {
  const forward = passingBablok(truths, predictions)!;
  const back = passingBablok(predictions, truths)!;
  expect(forward.slope.value * back.slope.value).toBeCloseTo(1, 3);
  expect(forward.slope.interval!.lower * back.slope.interval!.upper).toBeCloseTo(1, 9);
  expect(
    passingBablok(
      truths,
      truths.map(() => 3),
    )!.slope.value,
  ).toBe(0);
  expect(
    passingBablok(
      truths.map(() => 3),
      truths,
    ),
  ).toBeNull();
});

test("limits of agreement: exact and approximate intervals meet where one takes over from the other", () => {
  const widthOf = (count: number) => {
    const errors = normal(7, count);
    const found = blandAltman(
      errors,
      errors.map(() => 0),
    )!;
    return { found, width: (found.upper.interval!.upper - found.upper.interval!.lower) / found.sd };
  };
  const [exact, approximate] = [widthOf(337), widthOf(338)];
  expect([exact.found.limitIntervals, approximate.found.limitIntervals]).toEqual(["exact", "approximate"]);
  expect(exact.width / approximate.width).toBeCloseTo(1, 1);
});

describe("conformal intervals", () => {
  test.each([0.8, 0.9, 0.95])("%f of new pictures are covered", (level) => {
    let covered = 0;
    for (let trial = 0; trial < 100; trial++) {
      const half = conformalHalfWidth(normal(2000 + trial, 99).map(Math.abs), level)!;
      covered += normal(4000 + trial, 50).filter((error) => Math.abs(error) <= half).length / 50;
    }
    expect(Math.abs(covered / 100 - level)).toBeLessThan(0.015);
  });

  test("too few errors have no interval, and small groups have that of all", () => {
    expect(conformalHalfWidth([1, 2, 3, 4], 0.8)).toBe(4);
    expect(conformalHalfWidth([1, 2, 3], 0.8)).toBeNull();
    const errors = [...Array.from({ length: 50 }, (_, i) => i), 1000];
    const groups = errors.map((error) => (error === 1000 ? "rare" : "usual"));
    const { all, byGroup } = mondrianHalfWidths(errors, groups, 0.9, 20);
    expect([...byGroup.keys()]).toEqual(["usual"]);
    expect(byGroup.get("usual")).toBe(45);
    expect(all).toBe(46);
  });
});

test("what cannot be said is null: one class, one rater, two rows", () => {
  expect(areaUnderRoc([0.1, 0.9], [1, 1])).toBeNull();
  expect(intraclass([[1, 2, 3]])).toBeNull();
  expect(
    intraclass([
      [1, 2],
      [1, 3],
    ]),
  ).toBeNull();
  expect(blandAltman([1, 2], [1, 3])).toBeNull();
});

test("raters who agree but for a bias: consistency is 1, agreement is not", () => {
  const found = intraclass([
    [10, 20, 30, 45],
    [14, 24, 34, 49],
  ])!;
  expect(found.consistency.value).toBeCloseTo(1, 12);
  expect(found.agreement.value).toBeLessThan(0.99);
});

test("precision: the count that is asked for has that half-width", () => {
  const count = countForHalfWidth(6.5, 0.3);
  expect(halfWidthOfMean(6.5, count)).toBeLessThanOrEqual(0.3);
  expect(halfWidthOfMean(6.5, count - 1)).toBeGreaterThan(0.3);
});
