import type { EvaluatedRow } from "../../evaluation/evaluatedRow.js";
import type { BlandAltman } from "../../statistics/blandAltman.js";
import type { Estimate } from "../../statistics/interval.js";
import { element, short } from "../markup.js";
import { numberText } from "../table.js";
import { padded, plotFrame, pointsNote, pointsPath } from "./axes.js";
import { type Figure, text } from "./figure.js";
import { legend } from "./legend.js";
import { sexLegend, sexSeries } from "./sexSeries.js";

const AREA = { left: 62, right: 620, top: 40, bottom: 400 };

/** Differences over means, with the bias and the limits of agreement and their intervals. */
export function blandAltmanFigure(rows: readonly EvaluatedRow[], agreement: BlandAltman): Figure {
  const { bias, lower, upper, proportional } = agreement;
  const difference = (row: EvaluatedRow) => row.ageMonths - row.truthMonths;
  const centre = (row: EvaluatedRow) => (row.ageMonths + row.truthMonths) / 2;
  const limits = [lower, upper].flatMap(({ interval }) => [interval!.lower, interval!.upper]);
  const xDomain = padded(rows.map(centre));
  const { x, y, frame } = plotFrame(
    AREA,
    { domain: xDomain, title: "Mean of predicted and true bone age (months)", ticks: "months" },
    {
      domain: padded([...rows.map(difference), ...limits]),
      title: "Predicted − true (months)",
      ticks: "months",
    },
  );
  const series = sexSeries(rows);
  const level = ({ value, interval }: Estimate, label: string, isDashed: boolean) => {
    const top = y(interval!.upper);
    return [
      element("rect", {
        class: "fill band",
        x: AREA.left,
        y: top,
        width: AREA.right - AREA.left,
        height: y(interval!.lower) - top,
      }),
      element("path", {
        class: `stroke ink ${isDashed ? "dashed" : "strong"}`,
        d: `M${AREA.left} ${short(y(value))}H${AREA.right}`,
      }),
      text(label, { x: AREA.right + 8, y: y(value) - 3, class: "muted" }),
      text(numberText(value, 1), { x: AREA.right + 8, y: y(value) + 12, class: "heading" }),
    ].join("");
  };
  const slope =
    proportional === null
      ? ""
      : element("path", {
          class: "stroke ink",
          d: `M${short(x(xDomain[0]))} ${short(y(proportional.slope * xDomain[0] + proportional.intercept))}L${short(x(xDomain[1]))} ${short(y(proportional.slope * xDomain[1] + proportional.intercept))}`,
        });
  const points = series.map((one) =>
    pointsPath(
      one.colour,
      one.rows.map((row) => [x(centre(row)), y(difference(row))] as const),
      rows.length,
    ),
  );
  return {
    name: "bland-altman",
    title: "Agreement after Bland and Altman",
    description: `Difference over mean of predicted and true bone age. Bias ${numberText(bias.value)} months, 95 % limits of agreement ${numberText(lower.value)} to ${numberText(upper.value)} months; bands are 95 % intervals.${pointsNote(rows.length)}`,
    width: 712,
    height: 450,
    body:
      legend(
        [...sexLegend(series), { label: "proportional bias", colour: "ink", mark: "line" }],
        AREA.left,
        18,
      ) +
      frame +
      points.join("") +
      slope +
      level(upper, "+1.96 SD", true) +
      level(bias, "bias", false) +
      level(lower, "−1.96 SD", true),
  };
}
