/** What a test of robustness states, from ages whose moves are known. */
import { expect, test } from "vitest";
import { robustnessOf, SIGNIFICANT_MONTHS } from "../../../src/evaluation/robustness.js";

const rows = Array.from({ length: 40 }, (_, i) => ({
  patientId: String(i),
  truthMonths: 100 + i,
  ageMonths: 100 + i + (i % 2 === 0 ? 3 : -3),
  // Nothing; all up by 2; every fourth far away; one alone.
  changedMonths: [
    100 + i + (i % 2 === 0 ? 3 : -3),
    100 + i + (i % 2 === 0 ? 5 : -1),
    i % 4 === 0 ? 100 + i + 23 : 100 + i + (i % 2 === 0 ? 3 : -3),
    i === 0 ? 100 : null,
  ],
}));

const found = robustnessOf(
  ["none", "up", "far", "one", "no picture"],
  rows.map((row) => ({
    ...row,
    changedMonths: [...row.changedMonths, null],
  })),
  { resamples: 200, seed: 1 },
);

test("a change is measured on the pictures that have both ages; one without any is left out", () => {
  expect(found.mad).toBe(3);
  expect(found.thresholdMonths).toBe(SIGNIFICANT_MONTHS);
  expect(found.changes.map(({ change, pictures }) => [change, pictures])).toEqual([
    ["none", 40],
    ["up", 40],
    ["far", 40],
    ["one", 1],
  ]);
});

test("the change of the MAD, the mean move and the share beyond the threshold", () => {
  const [none, up, far] = found.changes;
  expect([none!.difference.mad.value, none!.moved, none!.significant.value]).toEqual([0, 0, 0]);
  expect([up!.mad, up!.difference.mad.value, up!.moved, up!.significant.value]).toEqual([3, 0, 2, 0]);
  // Ten of forty move by 20 months, from an error of 3 to one of 23.
  expect([far!.mad, far!.difference.mad.value, far!.moved, far!.significant.value]).toEqual([8, 5, 5, 0.25]);
  expect(far!.difference.isShown).toBe(true);
  // Wilson's interval of 10 of 40: statsmodels 0.15, proportion_confint(10, 40, method="wilson").
  expect(far!.significant.interval!.lower).toBeCloseTo(0.1419, 3);
  expect(far!.significant.interval!.upper).toBeCloseTo(0.4019, 3);
});
