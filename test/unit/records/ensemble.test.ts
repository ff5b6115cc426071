import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combineReadings, mean, standardDeviation } from "../../../src/boneAge/ensembleReading.js";
import { combineRecords } from "../../../src/records/combineRecords.js";
import type { FailureRecord, PredictionRecord } from "../../../src/records/record.js";

const months = fc.array(fc.float({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 9 });

describe("mean and spread", () => {
  it("by hand", () => {
    expect(mean([100, 120, 110])).toBe(110);
    expect(standardDeviation([100, 120, 110])).toBe(10);
    expect(mean([7])).toBe(7);
    expect(standardDeviation([7])).toBe(null);
    expect(standardDeviation([7, 7])).toBe(0);
  });

  it("the mean times n is the sum, and lies between the smallest and the largest", () => {
    fc.assert(
      fc.property(months, (values) => {
        const sum = values.reduce((a, b) => a + b, 0);
        expect(Math.abs(mean(values) * values.length - sum)).toBeLessThanOrEqual(1e-6 * (sum + 1));
        expect(mean(values)).toBeGreaterThanOrEqual(Math.min(...values));
        expect(mean(values)).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });

  it("the variance is the mean square of all differences, halved", () => {
    fc.assert(
      fc.property(months, (values) => {
        fc.pre(values.length > 1);
        let squares = 0;
        for (const a of values) for (const b of values) squares += (a - b) ** 2;
        const variance = squares / (2 * values.length * (values.length - 1));
        expect(Math.abs(standardDeviation(values)! - Math.sqrt(variance))).toBeLessThanOrEqual(1e-4);
      }),
    );
  });

  it("are float32 values: what is written is what is there", () => {
    fc.assert(
      fc.property(months, (values) => {
        const { ageMonths, sdMonths } = combineReadings(
          values.map(String),
          values.map((ageMonths) => ({ ageMonths, sexHat: null })),
        );
        for (const value of [ageMonths, sdMonths ?? 0]) expect(Math.fround(value)).toBe(value);
      }),
    );
  });
});

describe("the sex of an ensemble", () => {
  it("is the mean probability of those members that have a sex head", () => {
    const sexHats = [0.25, null, 0.75, 0.5];
    const readings = sexHats.map((sexHat) => ({ ageMonths: 1, sexHat }));
    expect(combineReadings(["a", "b", "c", "d"], readings).sexHat).toBe(0.5);
    expect(combineReadings(["b"], [readings[1]!]).sexHat).toBe(null);
  });
});

describe("records of one row", () => {
  const place = { index: 3, row: 9 };
  const origins = { sexFromHeader: false, chronologicalAgeMonths: 96.5, ageFrom: "dates" as const };
  const good = (ageMonths: number): PredictionRecord => {
    const row = { ...place, imageId: "a.png", dir: "x", patientId: "7", sex: "M" as const };
    const rest = {
      sexPredicted: true,
      boneAgeMonths: 90,
      mask: null,
      ...{ oriented: null, distance: null, quality: null },
      ageZ: 1,
      rawMonths: null,
      ageMonths,
      sexHat: null,
    };
    return { ...row, ...origins, ...rest };
  };
  const failed = (message: string, code = "ERR_DEEPLASIA_NOT_FINITE", dropped = false): FailureRecord => {
    return { ...place, file: "a.png", code, message, dropped };
  };
  const names = ["one", "two", "three"];

  it("are the row, the members in order, and what they come to", () => {
    expect(combineRecords(names, [good(90), good(110), good(100)])).toEqual({
      ...{ ...place, imageId: "a.png", dir: "x", patientId: "7", sex: "M", sexPredicted: true },
      ...origins,
      boneAgeMonths: 90,
      mask: null,
      ...{ oriented: null, distance: null, quality: null },
      members: [
        { name: "one", ageMonths: 90 },
        { name: "two", ageMonths: 110 },
        { name: "three", ageMonths: 100 },
      ],
      ...{ ageMonths: 100, sdMonths: 10, sexHat: null },
    });
  });

  it("are a failure where a member failed; it is named", () => {
    expect(combineRecords(names, [good(90), failed("NaN"), good(100)])).toEqual(failed("two: NaN"));
    expect(combineRecords(names, [failed("blank"), failed("NaN"), failed("blank")])).toEqual(
      failed("one, three: blank; two: NaN"),
    );
  });

  it("are the row's own failure where all members say the same", () => {
    const dropped = failed("no mask", "ERR_DEEPLASIA_MASK_MISSING", true);
    expect(combineRecords(names, [dropped, dropped, dropped])).toEqual(dropped);
    expect(combineRecords(["one"], [failed("NaN")])).toEqual(failed("NaN"));
  });
});
