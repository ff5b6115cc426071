import type { EvaluatedRow } from "../../evaluation/evaluatedRow.js";
import type { PassingBablok } from "../../statistics/passingBablok.js";
import { element, short } from "../markup.js";
import { numberText } from "../table.js";
import { type Axis, padded, plotFrame, pointsNote, pointsPath } from "./axes.js";
import type { Figure } from "./figure.js";
import { legend } from "./legend.js";
import { sexLegend, sexSeries } from "./sexSeries.js";

const AREA = { left: 62, right: 550, top: 40, bottom: 528 };

/** Predicted over true bone ages, with the identity, 12 months around it, and the line of Passing and Bablok. */
export function scatterFigure(rows: readonly EvaluatedRow[], line: PassingBablok | null): Figure {
  const domain = padded(rows.flatMap(({ truthMonths, ageMonths }) => [truthMonths, ageMonths]));
  const axis = (title: string): Axis => ({ domain, title, ticks: "months" });
  const { x, y, frame } = plotFrame(
    AREA,
    axis("True bone age (months)"),
    axis("Predicted bone age (months)"),
  );
  const [low, high] = domain;
  const clip = element(
    "clipPath",
    { id: "scatter-area" },
    element("rect", { x: AREA.left, y: AREA.top, width: 488, height: 488 }),
  );
  const corners = [
    [low, low - 12],
    [high, high - 12],
    [high, high + 12],
    [low, low + 12],
  ];
  const band = corners.map(([a, b]) => `${short(x(a!))} ${short(y(b!))}`).join("L");
  const through = (slope: number, intercept: number) =>
    `M${short(x(low))} ${short(y(slope * low + intercept))}L${short(x(high))} ${short(y(slope * high + intercept))}`;
  const series = sexSeries(rows);
  const points = series.map((one) =>
    pointsPath(
      one.colour,
      one.rows.map((row) => [x(row.truthMonths), y(row.ageMonths)] as const),
      rows.length,
    ),
  );
  const lines = [
    element("path", { class: "fill band", d: `M${band}Z` }),
    ...points,
    element("path", { class: "stroke ink dashed", d: through(1, 0) }),
    line === null
      ? ""
      : element("path", { class: "stroke ink strong", d: through(line.slope.value, line.intercept.value) }),
  ];
  const entries = [
    ...sexLegend(series),
    { label: "identity", colour: "ink", mark: "dashed" as const },
    { label: "± 12 months", colour: "ink", mark: "band" as const },
    ...(line === null ? [] : [{ label: "Passing-Bablok", colour: "ink", mark: "line" as const }]),
  ];
  return {
    name: "scatter",
    title: "Predicted and true bone age",
    description: description(rows.length, line),
    width: 570,
    height: 578,
    body:
      legend(entries, 30, 18) + frame + clip + element("g", { "clip-path": "url(#scatter-area)" }, ...lines),
  };
}

function description(count: number, line: PassingBablok | null): string {
  const points = `${count} pictures: predicted over true bone age in months, with the identity and 12 months around it.${pointsNote(count)}`;
  if (line === null) return points;
  const { slope, intercept } = line;
  return `${points} The line of Passing and Bablok has the slope ${numberText(slope.value)} and the intercept ${numberText(intercept.value)} months.`;
}
