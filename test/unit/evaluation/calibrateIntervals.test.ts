import { describe, expect, test } from "vitest";
import { ageIntervals } from "../../../src/boneAge/ageIntervals.js";
import { halfWidthFor } from "../../../src/contract/intervalFields.js";
import { parseManifestText } from "../../../src/contract/manifest.js";
import {
  type CalibrationPicture,
  calibrateIntervals,
  intervalsForModel,
} from "../../../src/evaluation/calibrateIntervals.js";

/** Girls have errors of 1 to 100 hundredths; boys ten times as much, and in the band from 24 months a hundred times. */
const picture = (sex: "F" | "M", ageMonths: number, i: number): CalibrationPicture => {
  const size = ((i % 100) + 1) / 100;
  const error = sex === "F" ? size : ageMonths < 24 ? 10 * size : 100 * size;
  return { sex, ageMonths, truthMonths: ageMonths + (i % 2 ? error : -error) };
};
const pictures = [
  ...Array.from({ length: 100 }, (_, i) => picture("F", 12, i)),
  ...Array.from({ length: 100 }, (_, i) => picture("M", 12, i)),
  ...Array.from({ length: 100 }, (_, i) => picture("M", 30, i)),
  // Too few for a band of their own.
  ...Array.from({ length: 49 }, (_, i) => picture("M", 60, i)),
];

describe("calibrated intervals", () => {
  const intervals = calibrateIntervals(pictures, 24);

  test("have the half-widths of sexes and bands with enough pictures: the error of rank ceil((n + 1) level)", () => {
    expect(intervals.levels.map(({ level }) => level)).toEqual([0.8, 0.9, 0.95]);
    const [eighty] = intervals.levels;
    expect(eighty!.groups.map(({ sex, band }) => [sex, band])).toEqual([
      ["F", undefined],
      ["M", undefined],
      ["F", 0],
      ["M", 0],
      ["M", 1],
    ]);
    const widths = eighty!.groups.map(({ halfWidth }) => halfWidth);
    // Of 100: the 81st. Of all 249 boys: the 200th, which is the 100th of the 149 large ones.
    const large = [...Array(100).keys(), ...Array(49).keys()].map((i) => i + 1).sort((a, b) => a - b);
    const boys = [...Array.from({ length: 100 }, (_, i) => (i + 1) / 10), ...large].sort((a, b) => a - b);
    expect(widths.map((width) => width.toFixed(6))).toEqual(
      [0.81, boys[199]!, 0.81, 8.1, 81].map((width) => width.toFixed(6)),
    );
  });

  test("are those of the picture's band, else of its sex, else of all", () => {
    const [width, girls, boys] = [
      intervals.levels[0]!.halfWidth,
      ...intervals.levels[0]!.groups.map((group) => group.halfWidth),
    ];
    const of = (sex: "F" | "M" | null, ageMonths: number) => halfWidthFor(intervals, 0, { sex, ageMonths });
    expect([of("M", 5), of("M", 47), of("M", 60), of("M", -3)].map((one) => one.toFixed(6))).toEqual(
      [8.1, 81, boys!, boys!].map((one) => one.toFixed(6)),
    );
    expect([of("F", 200), of(null, 12)]).toEqual([girls, width]);
    expect(ageIntervals(12, "F", intervals).intervals![0]).toEqual({
      level: 0.8,
      lowMonths: Math.fround(12 - girls!),
      highMonths: Math.fround(12 + girls!),
    });
    expect(ageIntervals(12, "F", null)).toEqual({});
  });

  test("are a field of the contract, which is checked", () => {
    const text = JSON.stringify({ predictionIntervals: intervals });
    expect(parseManifestText(text, "m.json")).toEqual({ predictionIntervals: intervals });
    const broken = {
      predictionIntervals: { ...intervals, levels: [{ level: 2, halfWidth: 1, groups: [] }] },
    };
    expect(() => parseManifestText(JSON.stringify(broken), "m.json")).toThrow("predictionIntervals");
  });

  test("lack levels for which there are too few pictures; a model needs 50", () => {
    expect(calibrateIntervals(pictures.slice(0, 9), 24).levels.map(({ level }) => level)).toEqual([0.8, 0.9]);
    expect(calibrateIntervals([], 24).levels).toEqual([]);
    expect(intervalsForModel(pictures.slice(0, 49))).toBeNull();
    expect(intervalsForModel(pictures.slice(0, 50))).toMatchObject({ pictures: 50 });
  });
});
