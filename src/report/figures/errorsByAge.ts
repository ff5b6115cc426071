import type { EvaluatedRow } from "../../evaluation/evaluatedRow.js";
import { bandOf } from "../../evaluation/groups.js";
import { ascending, quantileOfSorted } from "../../statistics/quantile.js";
import { element, short } from "../markup.js";
import { padded, plotFrame } from "./axes.js";
import { type Figure, text } from "./figure.js";
import { legend } from "./legend.js";
import { type SexSeries, sexSeries } from "./sexSeries.js";

const AREA = { left: 62, right: 700, top: 40, bottom: 330 };
/** Quantiles of fewer errors would be the errors themselves: these are drawn as points. */
const FEWEST_FOR_BOX = 5;

/** Errors by age band and sex: median, quartiles, and the 5th and 95th percentile. */
export function errorsByAge(rows: readonly EvaluatedRow[], bandMonths: number): Figure {
  const oldestFirst = [...rows].sort((a, b) => a.truthMonths - b.truthMonths);
  const bands = [...new Set(oldestFirst.map((row) => bandOf(row.truthMonths, bandMonths)))];
  const series = sexSeries(rows);
  const errors = rows.map((row) => row.ageMonths - row.truthMonths);
  const { y, frame } = plotFrame(
    AREA,
    { domain: [0, bands.length], title: "True bone age (years)", ticks: "none" },
    { domain: padded(errors), title: "Predicted − true (months)", ticks: "months" },
  );
  const slot = (AREA.right - AREA.left) / bands.length;
  const width = Math.min(26, slot / (series.length + 1));
  const errorsOf = series.map((one) => errorsByBand(one, bandMonths));
  const boxes = bands.flatMap((band, i) =>
    series.map((one, j) => {
      const centre = AREA.left + slot * (i + 0.5) + (j - (series.length - 1) / 2) * (width + 4);
      return box(one, ascending(errorsOf[j]!.get(band) ?? []), centre, width, y);
    }),
  );
  const labels = bands.map((band, i) =>
    text(band.replace(" years", ""), {
      x: AREA.left + slot * (i + 0.5),
      y: AREA.bottom + 17,
      "text-anchor": "middle",
      class: "muted",
    }),
  );
  const zero = y(0);
  return {
    name: "errors-by-age",
    title: "Errors by age and sex",
    description: `Errors in ${bands.length} bands of true bone age, by sex: median, quartiles, and the 5th and 95th percentile; single errors where a group has fewer than ${FEWEST_FOR_BOX}.`,
    width: 720,
    height: 382,
    body: [
      legend(
        series.map(({ label, colour }) => ({ label, colour, mark: "point" })),
        AREA.left,
        18,
      ),
      frame,
      ...labels,
      element("path", { class: "stroke ink dashed", d: `M${AREA.left} ${short(zero)}H${AREA.right}` }),
      ...boxes,
    ].join(""),
  };
}

function errorsByBand({ rows }: SexSeries, bandMonths: number): Map<string, number[]> {
  const bands = new Map<string, number[]>();
  for (const { truthMonths, ageMonths } of rows) {
    const band = bandOf(truthMonths, bandMonths);
    const errors = bands.get(band);
    if (errors === undefined) bands.set(band, [ageMonths - truthMonths]);
    else errors.push(ageMonths - truthMonths);
  }
  return bands;
}

function box(
  { colour }: SexSeries,
  errors: Float64Array,
  centre: number,
  width: number,
  y: (value: number) => number,
): string {
  if (errors.length === 0) return "";
  if (errors.length < FEWEST_FOR_BOX) {
    const points = Array.from(errors, (error) => `M${short(centre)} ${short(y(error))}h0`);
    return element("path", { class: `points ${colour}`, "stroke-width": 6, d: points.join("") });
  }
  const [p5, p25, p50, p75, p95] = [0.05, 0.25, 0.5, 0.75, 0.95].map((share) =>
    y(quantileOfSorted(errors, share)),
  );
  const left = centre - width / 2;
  return [
    element("path", { class: `stroke ${colour}`, d: `M${short(centre)} ${short(p95!)}V${short(p5!)}` }),
    element("rect", {
      class: `fill ${colour} bar`,
      x: left,
      y: p75!,
      width,
      height: Math.max(1, p25! - p75!),
    }),
    element("path", { class: "stroke ink strong", d: `M${short(left)} ${short(p50!)}h${short(width)}` }),
  ].join("");
}
