import { expect, it } from "vitest";
import { interpret } from "../../../src/boneAge/reading.js";

const z = { ageUnit: "z", ageMeanMonths: 120, ageSdMonths: 40, biasSlope: 0.1, biasIntercept: -10 } as never;

it("un-normalises, then corrects the bias", () => {
  // 120 + 40 * 0.5 = 140; 140 - (0.1 * 140 - 10) = 136
  expect(interpret({ age: 0.5, sexLogit: 0 }, z)).toEqual({
    ageMonths: 136,
    ageZ: 0.5,
    rawMonths: null,
    sexHat: 0.5,
  });
});

it("corrects months, which are no z-score", () => {
  const months = { ageUnit: "months", biasSlope: 0.1, biasIntercept: -10 } as never;
  // 140 - (0.1 * 140 - 10) = 136
  const reading = { ageMonths: 136, ageZ: null, rawMonths: 140, sexHat: null };
  expect(interpret({ age: 140, sexLogit: null }, months)).toEqual(reading);
});

it.each([
  [{ age: Number.NaN, sexLogit: null }, /output is NaN/],
  [{ age: Number.NEGATIVE_INFINITY, sexLogit: 1 }, /output is -Infinity/],
  [{ age: 1, sexLogit: Number.NaN }, /for the sex is NaN/],
])("%o is no reading", (output, message) => {
  expect(interpret(output, z)).toMatchObject({
    code: "ERR_DEEPLASIA_NOT_FINITE",
    message: expect.stringMatching(message),
  });
});
