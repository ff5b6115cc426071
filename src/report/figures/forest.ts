import { scaleLinear } from "d3-scale";
import type { Estimate } from "../../statistics/interval.js";
import { element, short } from "../markup.js";
import { estimateText, numberText } from "../table.js";
import { padded, ticksOf } from "./axes.js";
import { type Figure, text } from "./figure.js";

export interface ForestRow {
  label: string;
  /** Null for a heading. */
  estimate: Estimate | null;
  /** Shown beside the label, such as the number of pictures. */
  detail: string;
  /** Drawn hollow. */
  isWeak: boolean;
}

export interface Forest {
  name: string;
  title: string;
  description: string;
  axisTitle: string;
  rows: readonly ForestRow[];
  /** A vertical line to compare with. */
  reference: number;
}

const ROW = 24;
const LEFT = 262;
const RIGHT = 580;
const TOP = 14;

/** Estimates with their intervals below each other. */
export function forestFigure({ name, title, description, axisTitle, rows, reference }: Forest): Figure {
  const ends = rows.flatMap(({ estimate }) =>
    estimate === null
      ? []
      : [
          estimate.value,
          estimate.interval?.lower ?? estimate.value,
          estimate.interval?.upper ?? estimate.value,
        ],
  );
  const domain = padded([...ends.filter(Number.isFinite), reference], 0.06);
  const x = scaleLinear(domain, [LEFT, RIGHT]);
  const bottom = TOP + rows.length * ROW;
  const ticks = ticksOf({ domain, title: "", ticks: "numbers" }, 6);
  const lines = rows.map((row, i) => forestRow(row, TOP + (i + 0.5) * ROW, x));
  return {
    name,
    title,
    description,
    width: 760,
    height: bottom + 48,
    body: [
      element("path", {
        class: "grid",
        d: ticks.map((tick) => `M${short(x(tick))} ${TOP}V${bottom}`).join(""),
      }),
      element("path", { class: "stroke ink dashed", d: `M${short(x(reference))} ${TOP}V${bottom}` }),
      ...ticks.map((tick) =>
        text(numberText(tick, Number.isInteger(tick) ? 0 : 1), {
          x: x(tick),
          y: bottom + 17,
          "text-anchor": "middle",
          class: "muted",
        }),
      ),
      text(axisTitle, { x: (LEFT + RIGHT) / 2, y: bottom + 38, "text-anchor": "middle" }),
      ...lines,
    ].join(""),
  };
}

function forestRow(
  { label, estimate, detail, isWeak }: ForestRow,
  y: number,
  x: (value: number) => number,
): string {
  if (estimate === null) return text(shortened(label, 40), { x: 4, y: y + 4, class: "heading" });
  const { value, interval } = estimate;
  const parts = [
    text(shortened(label, 26), { x: 14, y: y + 4 }),
    text(detail, { x: LEFT - 18, y: y + 4, "text-anchor": "end", class: "muted" }),
    text(estimateText(estimate, 1), { x: RIGHT + 14, y: y + 4 }),
  ];
  if (interval !== null)
    parts.push(
      element("path", {
        class: "stroke first strong",
        d: `M${short(x(interval.lower))} ${short(y)}H${short(x(interval.upper))}`,
      }),
    );
  if (Number.isFinite(value)) {
    const place = { cx: x(value), cy: y, r: 4.5 };
    parts.push(
      element("circle", isWeak ? { class: "surface", ...place } : { class: "fill first", ...place }),
    );
    if (isWeak) parts.push(element("circle", { class: "stroke first strong", ...place }));
  }
  return parts.join("");
}

/** Long names, such as those of folders, would run into the next column. */
const shortened = (label: string, most: number) =>
  label.length <= most ? label : `${label.slice(0, most - 1)}…`;
