/**
 * Split-conformal prediction intervals: their half-widths follow from the errors of calibration pictures, by sex where there are
 * enough of it; their coverage is measured on the evaluated ones.
 */
import { mondrianHalfWidths } from "../statistics/conformal.js";
import type { Estimate } from "../statistics/interval.js";
import { wilsonInterval } from "../statistics/wilson.js";
import type { EvaluatedRow } from "./evaluatedRow.js";
import { bandOf } from "./groups.js";

/** A sex with fewer calibration pictures gets the half-width of all. */
export const FEWEST_OF_A_SEX = 50;
const LEVELS = [0.8, 0.9, 0.95] as const;

export interface IntervalLevel {
  level: number;
  /** Months; null where there are too few calibration pictures for the level. */
  halfWidth: number | null;
  /** Of the sexes that have enough calibration pictures. */
  bySex: { girls: number | null; boys: number | null };
  /** On the evaluated pictures: all, each sex, each age band. */
  coverage: { group: string; pictures: number; coverage: Estimate; meanWidth: number }[];
}

export interface PredictionIntervals {
  /** The part of the split that calibrated. */
  part: string;
  calibrationPictures: number;
  levels: IntervalLevel[];
}

export function predictionIntervals(
  part: string,
  calibration: readonly EvaluatedRow[],
  evaluated: readonly EvaluatedRow[],
  bandMonths: number,
): PredictionIntervals {
  const levels = LEVELS.map((level) => intervalLevel(level, calibration, evaluated, bandMonths));
  return { part, calibrationPictures: calibration.length, levels };
}

const errorOf = (row: EvaluatedRow) => Math.abs(row.ageMonths - row.truthMonths);
const sexOf = ({ sex }: EvaluatedRow) => (sex === "M" ? "boys" : sex === "F" ? "girls" : "sex unknown");

function intervalLevel(
  level: number,
  calibration: readonly EvaluatedRow[],
  evaluated: readonly EvaluatedRow[],
  bandMonths: number,
): IntervalLevel {
  const { all, byGroup } = mondrianHalfWidths(
    calibration.map(errorOf),
    calibration.map(sexOf),
    level,
    FEWEST_OF_A_SEX,
  );
  const halfWidthOf = (row: EvaluatedRow) => byGroup.get(sexOf(row)) ?? all;
  const groups = new Map<string, EvaluatedRow[]>([["all", [...evaluated]]]);
  const byAge = [...evaluated].sort((a, b) => a.truthMonths - b.truthMonths);
  for (const nameOf of [sexOf, (row: EvaluatedRow) => bandOf(row.truthMonths, bandMonths)]) {
    for (const row of byAge) {
      const group = groups.get(nameOf(row));
      if (group === undefined) groups.set(nameOf(row), [row]);
      else group.push(row);
    }
  }
  const coverage = all === null ? [] : [...groups].map(([group, rows]) => covered(group, rows, halfWidthOf));
  const bySex = { girls: byGroup.get("girls") ?? null, boys: byGroup.get("boys") ?? null };
  return { level, halfWidth: all, bySex, coverage };
}

function covered(
  group: string,
  rows: readonly EvaluatedRow[],
  halfWidthOf: (row: EvaluatedRow) => number | null,
): IntervalLevel["coverage"][number] {
  const inside = rows.filter((row) => errorOf(row) <= halfWidthOf(row)!).length;
  const width = rows.reduce((sum, row) => sum + 2 * halfWidthOf(row)!, 0);
  return {
    group,
    pictures: rows.length,
    coverage: { value: inside / rows.length, interval: wilsonInterval(inside, rows.length) },
    meanWidth: width / rows.length,
  };
}

/** Returns the half-widths of a picture, by level; null where there is none. */
export function halfWidthsOf(row: EvaluatedRow, { levels }: PredictionIntervals): (number | null)[] {
  return levels.map(({ halfWidth, bySex }) =>
    sexOf(row) === "girls"
      ? (bySex.girls ?? halfWidth)
      : sexOf(row) === "boys"
        ? (bySex.boys ?? halfWidth)
        : halfWidth,
  );
}
