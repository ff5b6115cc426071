/**
 * Split-conformal prediction intervals of an evaluation: calibrated on the pictures of another part, by sex and band of
 * predicted ages where there are enough; their coverage is measured on the evaluated ones.
 */
import { halfWidthFor, type IntervalsField } from "../contract/intervalFields.js";
import type { Estimate } from "../statistics/interval.js";
import { wilsonInterval } from "../statistics/wilson.js";
import { calibrateIntervals, INTERVAL_LEVELS } from "./calibrateIntervals.js";
import type { EvaluatedRow } from "./evaluatedRow.js";
import { bandOf } from "./groups.js";

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
  /** All half-widths, by sex and band of predicted ages. */
  calibrated: IntervalsField;
  levels: IntervalLevel[];
}

export function predictionIntervals(
  part: string,
  calibration: readonly EvaluatedRow[],
  evaluated: readonly EvaluatedRow[],
  bandMonths: number,
): PredictionIntervals {
  const calibrated = calibrateIntervals(calibration, bandMonths);
  const levels = INTERVAL_LEVELS.map((level) => intervalLevel(level, calibrated, evaluated));
  return { part, calibrationPictures: calibration.length, calibrated, levels };
}

const sexOf = ({ sex }: EvaluatedRow) => (sex === "M" ? "boys" : sex === "F" ? "girls" : "sex unknown");

function intervalLevel(
  level: number,
  calibrated: IntervalsField,
  evaluated: readonly EvaluatedRow[],
): IntervalLevel {
  const number = calibrated.levels.findIndex((one) => one.level === level);
  const found = calibrated.levels[number];
  if (found === undefined)
    return { level, halfWidth: null, bySex: { girls: null, boys: null }, coverage: [] };
  const groups = new Map<string, EvaluatedRow[]>([["all", [...evaluated]]]);
  const byAge = [...evaluated].sort((a, b) => a.truthMonths - b.truthMonths);
  for (const nameOf of [sexOf, (row: EvaluatedRow) => bandOf(row.truthMonths, calibrated.bandMonths)]) {
    for (const row of byAge) {
      const group = groups.get(nameOf(row));
      if (group === undefined) groups.set(nameOf(row), [row]);
      else group.push(row);
    }
  }
  const widthOf = (row: EvaluatedRow) => halfWidthFor(calibrated, number, row);
  const ofSex = (sex: string) =>
    found.groups.find((group) => group.sex === sex && group.band === undefined)?.halfWidth ?? null;
  const coverage = [...groups].map(([group, rows]) => covered(group, rows, widthOf));
  return { level, halfWidth: found.halfWidth, bySex: { girls: ofSex("F"), boys: ofSex("M") }, coverage };
}

function covered(
  group: string,
  rows: readonly EvaluatedRow[],
  halfWidthOf: (row: EvaluatedRow) => number,
): IntervalLevel["coverage"][number] {
  const inside = rows.filter((row) => Math.abs(row.ageMonths - row.truthMonths) <= halfWidthOf(row)).length;
  const width = rows.reduce((sum, row) => sum + 2 * halfWidthOf(row), 0);
  return {
    group,
    pictures: rows.length,
    coverage: { value: inside / rows.length, interval: wilsonInterval(inside, rows.length) },
    meanWidth: width / rows.length,
  };
}

/** Returns the half-widths of a picture, by level; null where there is none. */
export function halfWidthsOf(
  row: EvaluatedRow,
  { levels, calibrated }: PredictionIntervals,
): (number | null)[] {
  return levels.map(({ level }) => {
    const number = calibrated.levels.findIndex((one) => one.level === level);
    return number === -1 ? null : halfWidthFor(calibrated, number, row);
  });
}
