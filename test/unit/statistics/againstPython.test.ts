/** Every statistic against Python's packages: test/fixtures/statistics/make.py names the version and call of each number. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ageEstimates } from "../../../src/statistics/ageEstimates.js";
import { bcaInterval } from "../../../src/statistics/bcaInterval.js";
import { blandAltman } from "../../../src/statistics/blandAltman.js";
import { bootstrapQuantiles } from "../../../src/statistics/bootstrap.js";
import { clustersOf } from "../../../src/statistics/clusters.js";
import { conformalHalfWidth } from "../../../src/statistics/conformal.js";
import { areaUnderRoc, compareAreas } from "../../../src/statistics/delong.js";
import { fisherQuantile } from "../../../src/statistics/fisher.js";
import type { Estimate, Interval } from "../../../src/statistics/interval.js";
import { intraclass } from "../../../src/statistics/intraclass.js";
import { leastSquares } from "../../../src/statistics/leastSquares.js";
import { mean } from "../../../src/statistics/mean.js";
import { normalCdf, normalQuantile } from "../../../src/statistics/normal.js";
import { pairedDifference } from "../../../src/statistics/pairedDifference.js";
import { passingBablok } from "../../../src/statistics/passingBablok.js";
import { sexEstimates } from "../../../src/statistics/sexEstimates.js";
import { noncentralQuantile, studentQuantile } from "../../../src/statistics/student.js";
import { wilcoxon } from "../../../src/statistics/wilcoxon.js";
import { wilsonInterval } from "../../../src/statistics/wilson.js";
import { projectRoot } from "../../helpers/testData.js";

interface Fixture {
  data: Record<
    "truth" | "first" | "second" | "third" | "male" | "maleHat" | "otherHat" | "rounded" | "resampled",
    number[]
  >;
  // biome-ignore lint/suspicious/noExplicitAny: each entry has the shape that its own test reads
  entries: Record<string, { oracle: string; value: any }>;
}

const file = join(projectRoot, "test/fixtures/statistics/statistics.json");
const { data, entries } = JSON.parse(readFileSync(file, "utf8")) as Fixture;
const { truth, first, second, third } = data;
const absolute = truth.map((value, i) => Math.abs(first[i]! - value));
const oracle = (name: string) => entries[name]!.value;
const withPrefix = (prefix: string) => Object.keys(entries).filter((name) => name.startsWith(`${prefix} `));
const numbersIn = (name: string) => name.split(" ").slice(1).map(Number) as [number, number, number];

function expectNear(actual: number, expected: number, relative = 1e-10): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.max(1e-300, Math.abs(expected)));
}

function expectInterval(
  actual: Interval | null | undefined,
  [lower, upper]: [number, number],
  relative?: number,
): void {
  expectNear(actual!.lower, lower, relative);
  expectNear(actual!.upper, upper, relative);
}

const options = { clusters: clustersOf(truth.map(() => "")), resamples: 2000, seed: 7 };
const estimates = ageEstimates(first, truth, options);

describe("distributions", () => {
  test.each(withPrefix("normalQuantile"))("%s", (name) => {
    expect(normalQuantile(numbersIn(name)[0])).toBeCloseTo(oracle(name), 11);
  });
  test.each(withPrefix("normalCdf"))("%s", (name) => expectNear(normalCdf(numbersIn(name)[0]), oracle(name)));
  test.each(withPrefix("studentQuantile"))("%s", (name) => {
    const [p, degrees] = numbersIn(name);
    expectNear(studentQuantile(p, degrees), oracle(name));
  });
  test.each(withPrefix("fisherQuantile"))("%s", (name) =>
    expectNear(fisherQuantile(...numbersIn(name)), oracle(name)),
  );
  test.each(withPrefix("noncentralQuantile"))("%s", (name) =>
    expectNear(noncentralQuantile(...numbersIn(name)), oracle(name), 1e-8),
  );
});

describe("metrics of ages", () => {
  test.each([
    ["mad", "mad"],
    ["median", "medianError"],
    ["p90", "p90"],
    ["p95", "p95"],
    ["rmse", "rmse"],
    ["me", "me"],
    ["pearson", "pearson"],
    ["r2", "r2"],
    ["ccc", "ccc"],
  ] as const)("%s", (name, key) => expectNear(estimates[key].value, oracle(name), 1e-9));

  test.each([6, 12, 24] as const)("share within %i months, with Wilson's interval", (months) => {
    const [value, ...interval] = oracle(`within ${months}`);
    expectNear(estimates[`within${months}`].value, value);
    expectInterval(estimates[`within${months}`].interval, interval, 1e-9);
  });

  test.each(withPrefix("wilson"))("%s", (name) => {
    const [count, total] = numbersIn(name);
    const { lower, upper } = wilsonInterval(count, total);
    expect([lower, upper].map((bound) => bound.toFixed(10))).toEqual(
      oracle(name).map((bound: number) => bound.toFixed(10)),
    );
  });

  test("the calibration line, with intervals", () => {
    expectLine(leastSquares(first, truth)!, "calibration");
    expectNear(estimates.calibrationSlope.value, oracle("calibration").slope, 1e-9);
  });
});

function expectLine(line: NonNullable<ReturnType<typeof leastSquares>>, name: string): void {
  const expected = oracle(name);
  expectNear(line.slope, expected.slope);
  expectNear(line.intercept, expected.intercept, 1e-9);
  expectInterval(line.slopeInterval, expected.slopeInterval, 1e-9);
  expectInterval(line.interceptInterval, expected.interceptInterval, 1e-9);
  expectNear(line.slopeP, expected.slopeP, 1e-8);
}

describe("agreement", () => {
  test("Bland-Altman: bias, exact limits, proportional bias", () => {
    const expected = oracle("blandAltman");
    const found = blandAltman(first, truth)!;
    expect(found.limitIntervals).toBe("exact");
    for (const key of ["bias", "lower", "upper"] as const) {
      expectNear(found[key].value, expected[key], 1e-9);
      expectInterval(found[key].interval, expected[`${key}Interval`], 1e-8);
    }
    expectLine(found.proportional!, "proportional bias");
  });

  test("Passing-Bablok, with intervals", () => {
    const expected = oracle("passingBablok");
    const { slope, intercept } = passingBablok(truth, first)!;
    expectNear(slope.value, expected.slope);
    expectInterval(slope.interval, expected.slopeInterval);
    expectNear(intercept.value, expected.intercept, 1e-9);
    expectInterval(intercept.interval, expected.interceptInterval, 1e-9);
  });

  test.each(["oneWay", "agreement", "consistency"] as const)("ICC: %s", (form) => {
    const expected = oracle(`icc ${form}`);
    const found = intraclass([first, second, third])![form];
    expectNear(found.value, expected.value, 1e-9);
    expectInterval(found.interval, expected.interval, 1e-8);
  });
});

describe("sex", () => {
  test("AUROC with DeLong's interval, and the comparison of two", () => {
    const expected = oracle("delong");
    const [a, b] = [data.maleHat, data.otherHat].map((scores) => areaUnderRoc(scores, data.male)!) as [
      Estimate,
      Estimate,
    ];
    expectNear(a.value, expected.first);
    expectInterval(a.interval, expected.firstInterval);
    expectNear(b.value, expected.second);
    expectInterval(b.interval, expected.secondInterval);
    expectNear(compareAreas(data.maleHat, data.otherHat, data.male)!.p, expected.p, 1e-9);
  });

  test("accuracy and F1", () => {
    const found = sexEstimates(data.maleHat, data.male, options);
    expectNear(found.accuracy.value, oracle("accuracy"));
    expectNear(found.f1.value, oracle("f1"));
  });
});

describe("tests and intervals", () => {
  const differences = absolute.map((value, i) => value - Math.abs(second[i]! - truth[i]!));

  test("Wilcoxon's signed-rank test, exact and with ties", () => {
    for (const [values, name] of [
      [differences, "wilcoxon exact"],
      [data.rounded, "wilcoxon ties"],
    ] as const) {
      const { statistic, p } = wilcoxon(values)!;
      expectNear(statistic, oracle(name).statistic);
      expectNear(p, oracle(name).p, 1e-9);
    }
  });

  test("BCa of the very resamples that SciPy is given", () => {
    const total = absolute.reduce((sum, value) => sum + value, 0);
    const leftOut = absolute.map((value) => (total - value) / (absolute.length - 1));
    expectInterval(bcaInterval(mean(absolute), data.resampled, leftOut), oracle("bca mean"), 1e-9);
  });

  // Resamples of our own differ from SciPy's, so that intervals agree within their noise: 2,000 resamples against 100,000.
  const noise = 0.06;
  const expectSimilar = ({ lower, upper }: Interval, [low, high]: [number, number]) => {
    const width = high - low;
    expect(Math.abs(lower - low)).toBeLessThan(noise * width);
    expect(Math.abs(upper - high)).toBeLessThan(noise * width);
  };
  const many = { ...options, resamples: 20_000 };

  test("bootstrap of MAD, P90, correlation and a paired difference", () => {
    const found = ageEstimates(first, truth, many);
    expectSimilar(found.mad.interval!, oracle("bootstrap mad"));
    expectSimilar(found.pearson.interval!, oracle("bootstrap pearson"));
    expectSimilar(bootstrapQuantiles(absolute, [0.9], many)[0]!.interval!, oracle("bootstrap p90"));
    expectSimilar(pairedDifference(first, second, truth, many).mad.interval!, oracle("bootstrap difference"));
  });

  test.each([0.8, 0.9, 0.95])("conformal half-width at %f", (level) => {
    expect(conformalHalfWidth(absolute, level)).toBeCloseTo(oracle(`conformal ${level}`), 10);
  });
});
