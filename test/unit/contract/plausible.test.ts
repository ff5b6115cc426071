import { describe, expect, test } from "vitest";
import { contractDoubts, correctionDoubt } from "../../../src/contract/plausible.js";
import { PUBLISHED_AGE, PUBLISHED_MEMBERS } from "../../../src/contract/published.js";

const fields = (manifest: Parameters<typeof contractDoubts>[0]) =>
  contractDoubts(manifest).map(({ field }) => field);

describe("not doubted", () => {
  test.each(Object.entries(PUBLISHED_MEMBERS))("the published %s", (_name, member) => {
    expect(contractDoubts({ ...PUBLISHED_AGE, ...member })).toEqual([]);
  });

  test("no correction, an empty contract, cohorts of small children, months", () => {
    expect(contractDoubts({})).toEqual([]);
    expect(contractDoubts({ biasSlope: 0, biasIntercept: 0 })).toEqual([]);
    expect(contractDoubts({ ageUnit: "z", ageMeanMonths: 30, ageSdMonths: 9 })).toEqual([]);
    expect(contractDoubts({ ageUnit: "months", ageMeanMonths: 0, ageSdMonths: 1 })).toEqual([]);
  });
});

describe("doubted, with the number", () => {
  test("what a fit to nearly constant predictions gives", () => {
    expect(correctionDoubt(-46, 4700)?.text).toBe(
      "a bias slope of -46 multiplies bone ages by 47; up to ±0.5 is plausible",
    );
    expect(correctionDoubt(0.05, -120)?.text).toContain("move a bone age of ten years by 114 months");
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(correctionDoubt(odd, 0)).not.toBeNull();
      expect(correctionDoubt(0, odd)).not.toBeNull();
    }
  });

  test("lines in another unit", () => {
    // A line in z-scores taken to be in months, and one in months that went through the conversion of z-scores.
    expect(contractDoubts({ biasSlope: 0.1002, biasIntercept: -0.02 })[0]?.text).toContain("in z-scores?");
    const { ageMeanMonths, ageSdMonths } = PUBLISHED_AGE;
    const converted = { biasSlope: 0.0375, biasIntercept: ageSdMonths * -3.8066 - 0.0375 * ageMeanMonths };
    expect(fields(converted)).toEqual(["biasIntercept"]);
  });

  test("ages in years", () => {
    const years = { ageUnit: "z", ageMeanMonths: 10.6, ageSdMonths: 3.43 } as const;
    expect(fields(years)).toEqual(["ageMeanMonths", "ageSdMonths"]);
    expect(contractDoubts(years)[0]?.text).toContain("is it in years?");
  });
});
