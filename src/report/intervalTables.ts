/** The tables of prediction intervals. */

import { FEWEST_OF_A_GROUP } from "../evaluation/calibrateIntervals.js";
import type { EvaluatedRow } from "../evaluation/evaluatedRow.js";
import type { EvaluationOfRows } from "../evaluation/evaluateRows.js";
import { halfWidthsOf } from "../evaluation/predictionIntervals.js";
import { count, number, shares, text } from "./columns.js";
import type { ReportTable } from "./table.js";

const percent = (level: number) => `${Math.round(100 * level)} %`;

/** Half-widths of prediction intervals, and their coverage. */
export function intervalTables({ intervals }: EvaluationOfRows): ReportTable[] {
  const levels = intervals?.levels.filter(({ halfWidth }) => halfWidth !== null) ?? [];
  if (intervals === null || levels.length === 0) return [];
  const { part, calibrationPictures } = intervals;
  const widths: ReportTable = {
    name: "interval-widths",
    caption: `Prediction intervals are predicted age ± half-width (months), from the errors of ${calibrationPictures.toLocaleString("en-US")} pictures of ${part}.`,
    columns: [text("Level"), number("Half-width", 2), number("Girls", 2), number("Boys", 2)],
    rows: levels.map(({ level, halfWidth, bySex }) => [percent(level), halfWidth, bySex.girls, bySex.boys]),
    note: `Split-conformal. A sex with fewer than ${FEWEST_OF_A_GROUP} calibration pictures has no half-width of its own; a band of predicted ages of one sex with as many has one (metrics.json).`,
  };
  const coverage: ReportTable = {
    name: "interval-coverage",
    caption: "Share of evaluated pictures whose true bone age is in the interval, %.",
    columns: [text("Group"), count("Pictures"), ...levels.map(({ level }) => shares(percent(level)))],
    rows: levels[0]!.coverage.map(({ group, pictures }, i) => [
      ...[group, pictures, ...levels.map((level) => level.coverage[i]!.coverage)],
    ]),
    note: "In parentheses: 95 % interval of Wilson.",
  };
  return [widths, coverage];
}

/** A line for each picture with its prediction intervals; null without them. */
export function intervalsOfPictures(
  { intervals }: EvaluationOfRows,
  rows: readonly EvaluatedRow[],
): ReportTable | null {
  if (intervals === null) return null;
  const bounds = intervals.levels.flatMap(({ level }) =>
    ["lower", "upper"].map((end) => number(`${end}_${Math.round(100 * level)}`, 2)),
  );
  return {
    name: "intervals",
    caption: "Prediction intervals of each picture, months.",
    columns: [text("image_ID"), text("dir"), number("bone_age"), number("pred_bone_age"), ...bounds],
    rows: rows.map((row) => [
      ...[row.imageId, row.dir, row.truthMonths, row.ageMonths],
      ...halfWidthsOf(row, intervals).flatMap((half) =>
        half === null ? [null, null] : [row.ageMonths - half, row.ageMonths + half],
      ),
    ]),
  };
}
