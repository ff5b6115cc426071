/** The frame of a plot: scales, ticks, grid and the titles of its axes. */
import { scaleLinear } from "d3-scale";
import { element, short } from "../markup.js";
import { numberText } from "../table.js";
import { text } from "./figure.js";

export interface Axis {
  domain: readonly [number, number];
  title: string;
  /** Ticks of months fall on whole years where there is room for few, those of counts on whole numbers. */
  ticks: "months" | "numbers" | "counts" | "none";
}

export interface Area {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Plot {
  x: (value: number) => number;
  y: (value: number) => number;
  /** Grid, ticks and titles. */
  frame: string;
}

const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 36, 48, 60, 120, 240];

/** Values of ticks, about `count` of them. */
export function ticksOf({ domain: [low, high], ticks }: Axis, count: number): number[] {
  const scale = scaleLinear([low, high], [0, 1]);
  if (ticks === "none") return [];
  if (ticks === "counts") return scale.ticks(count).filter(Number.isInteger);
  if (ticks === "numbers" || high - low > MONTH_STEPS.at(-1)! * count || high - low < count)
    return scale.ticks(count);
  const step = MONTH_STEPS.find((months) => (high - low) / months <= count)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

export function plotFrame(area: Area, xAxis: Axis, yAxis: Axis): Plot {
  const { left, right, top, bottom } = area;
  const x = scaleLinear(xAxis.domain, [left, right]);
  const y = scaleLinear(yAxis.domain, [bottom, top]);
  const xTicks = ticksOf(xAxis, Math.max(3, Math.round((right - left) / 55)));
  const yTicks = ticksOf(yAxis, Math.max(3, Math.round((bottom - top) / 40)));
  const grid = [
    ...xTicks.map((tick) => `M${short(x(tick))} ${top}V${bottom}`),
    ...yTicks.map((tick) => `M${left} ${short(y(tick))}H${right}`),
  ].join("");
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  return {
    x,
    y,
    frame: [
      element("path", { class: "grid", d: grid }),
      element("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }),
      ...xTicks.map((tick) =>
        text(tickText(tick), { x: x(tick), y: bottom + 17, "text-anchor": "middle", class: "muted" }),
      ),
      ...yTicks.map((tick) =>
        text(tickText(tick), { x: left - 8, y: y(tick) + 4, "text-anchor": "end", class: "muted" }),
      ),
      text(xAxis.title, { x: middle.x, y: bottom + 38, "text-anchor": "middle" }),
      text(yAxis.title, {
        transform: `translate(${left - 44} ${short(middle.y)}) rotate(-90)`,
        "text-anchor": "middle",
      }),
    ].join(""),
  };
}

const tickText = (value: number) =>
  numberText(value, Number.isInteger(value) ? 0 : Number.isInteger(value * 10) ? 1 : 2);

/** A domain with some room on both sides; never empty. */
export function padded(values: readonly number[], share = 0.04): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const room = Math.max((high - low) * share, 1);
  return [low - room, high + room];
}

/** Beyond it points are drawn on whole pixels, each once: a page of a hundred thousand pictures stays below 1 MB. */
const MANY_POINTS = 4000;

/** What a figure of so many points states about them. */
export const pointsNote = (total: number): string =>
  total > MANY_POINTS ? " Points on the same pixel are drawn once." : "";

/** Points as one path: round ends of lines without length. */
export function pointsPath(
  className: string,
  points: readonly (readonly [x: number, y: number])[],
  total: number,
): string {
  if (points.length === 0) return "";
  const isMany = total > MANY_POINTS;
  const width = isMany ? 2 : total > 600 ? 4 : 6;
  return element("path", {
    class: `points ${className}`,
    "stroke-width": width,
    d: isMany ? runs(points) : points.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join(""),
  });
}

/** Wider than every figure. */
const ROW = 4096;

/** Neighbouring pixels of a row as one line. */
function runs(points: readonly (readonly [x: number, y: number])[]): string {
  const places = Float64Array.from(
    new Set(points.map(([x, y]) => Math.round(y) * ROW + Math.round(x))),
  ).sort();
  const lines: string[] = [];
  for (let first = 0; first < places.length; ) {
    let last = first;
    while (places[last + 1] === places[last]! + 1) last += 1;
    const place = places[first]!;
    lines.push(`M${place % ROW} ${Math.floor(place / ROW)}h${last - first}`);
    first = last + 1;
  }
  return lines.join("");
}
