/** Small numbers whose statistics can be written down. */
import { describe, expect, it } from "vitest";
import { lineInMonths } from "../../../src/statistics/ageScale.js";
import { corrected, fitBiasLine, NO_BIAS } from "../../../src/statistics/biasLine.js";
import { binaryScores } from "../../../src/statistics/binaryScores.js";
import { correlation } from "../../../src/statistics/correlation.js";
import {
  AbsoluteDeviations,
  meanAbsoluteDeviation,
  rootMeanSquareError,
} from "../../../src/statistics/deviations.js";
import { mean } from "../../../src/statistics/mean.js";
import { standardDeviation } from "../../../src/statistics/standardDeviation.js";

it("mean and standard deviation (n - 1)", () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
  expect(standardDeviation(Float32Array.of(2, 4, 4, 4, 5, 5, 7, 9))).toBeCloseTo(Math.sqrt(32 / 7), 12);
  expect(standardDeviation([3])).toBeNaN();
});

it("deviations, one by one as all at once", () => {
  const [predictions, truths] = [
    [1, 5, 10],
    [2, 3, 13],
  ];
  const deviations = new AbsoluteDeviations();
  expect(deviations.mean).toBeNaN();
  for (const [i, prediction] of predictions!.entries()) deviations.add(prediction, truths![i]!);
  expect(deviations).toMatchObject({ count: 3, mean: 2 });
  expect(meanAbsoluteDeviation(predictions!, truths!)).toBe(2);
  expect(rootMeanSquareError(predictions!, truths!)).toBeCloseTo(Math.sqrt(14 / 3), 12);
});

it("correlation", () => {
  expect(correlation([1, 2, 3], [10, 20, 30])).toBe(1);
  expect(correlation([1, 2, 3], [-1, -2, -3])).toBe(-1);
  expect(correlation([1, 2, 3], [5, 7, 5])).toBe(0);
  expect(correlation([1, 2, 3], [4, 4, 4])).toBeNaN();
});

describe("the bias line", () => {
  it("takes an error away that is a line", () => {
    const truths = [10, 50, 120, 200];
    // prediction - truth = 0.25 * prediction - 6
    const predictions = truths.map((truth) => (truth - 6) / 0.75);
    const line = fitBiasLine(predictions, truths);
    expect(line.slope).toBeCloseTo(0.25, 12);
    expect(line.intercept).toBeCloseTo(-6, 10);
    for (const [i, truth] of truths.entries())
      expect(corrected(predictions[i]!, line)).toBeCloseTo(truth, 10);
  });

  it("is none for fewer than two values, and not a number for constant predictions", () => {
    expect(fitBiasLine([3], [4])).toEqual(NO_BIAS);
    expect(fitBiasLine([3, 3], [4, 5])).toEqual({ slope: Number.NaN, intercept: Number.NaN });
  });

  it("corrects in months what it corrects in z", () => {
    const [scale, line] = [
      { meanMonths: 127, sdMonths: 41 },
      { slope: 0.1, intercept: -0.2 },
    ];
    const inMonths = lineInMonths(line, scale);
    expect(corrected(127 + 41 * 1.5, inMonths)).toBeCloseTo(127 + 41 * corrected(1.5, line), 10);
  });
});

it("binary scores: ties count half, one class alone has no area", () => {
  expect(binaryScores([1, 2, -1, -2], [1, 1, 0, 0])).toEqual({ accuracy: 1, f1: 1, areaUnderRoc: 1 });
  expect(binaryScores([0, 0, 0, 0], [1, 1, 0, 0])).toEqual({ accuracy: 0.5, f1: 2 / 3, areaUnderRoc: 0.5 });
  expect(binaryScores([1, 3, 2, 4], [1, 0, 0, 1]).areaUnderRoc).toBe(0.5);
  expect(binaryScores([-1, -2], [0, 0])).toEqual({ accuracy: 1, f1: 0, areaUnderRoc: 0 });
});
