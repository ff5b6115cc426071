import { plural } from "../../plural.js";
import { element, short } from "../markup.js";
import { numberText } from "../table.js";
import { plotFrame } from "./axes.js";
import { type Figure, text } from "./figure.js";

const AREA = { left: 62, right: 620, top: 34, bottom: 300 };
const WIDTHS = [1, 2, 3, 6, 12, 24, 60, 120];
const MOST_BARS = 40;

/** How many pictures have which error. */
export function errorHistogram(errors: readonly number[], bias: number): Figure {
  const extent = errors.reduce((most, error) => Math.max(most, Math.abs(error)), 1);
  const width = WIDTHS.find((months) => (2 * extent) / months <= MOST_BARS) ?? Math.ceil(extent / 20);
  const bars = Math.max(2, Math.ceil(extent / width));
  const counts = new Array<number>(2 * bars).fill(0);
  for (const error of errors) counts[Math.min(2 * bars - 1, Math.floor(error / width) + bars)]! += 1;
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const { x, y, frame } = plotFrame(
    AREA,
    { domain: [-bars * width, bars * width], title: "Predicted − true (months)", ticks: "months" },
    { domain: [0, most * 1.05], title: "Pictures", ticks: "counts" },
  );
  const rectangles = counts.map((count, i) => {
    const left = x((i - bars) * width);
    const right = x((i + 1 - bars) * width);
    if (count === 0) return "";
    return `M${short(left + 0.75)} ${AREA.bottom}V${short(y(count))}H${short(right - 0.75)}V${AREA.bottom}Z`;
  });
  return {
    name: "histogram",
    title: "Distribution of errors",
    description: `Histogram of ${errors.length} errors in bars of ${plural(width, "month")}; the mean error is ${numberText(bias)} months.`,
    width: 640,
    height: 350,
    body: [
      frame,
      element("path", { class: "fill first bar", d: rectangles.join("") }),
      element("path", { class: "stroke ink dashed", d: `M${short(x(0))} ${AREA.top}V${AREA.bottom}` }),
      element("path", { class: "stroke second strong", d: `M${short(x(bias))} ${AREA.top}V${AREA.bottom}` }),
      text(`mean error ${numberText(bias, 1)}`, {
        x: x(bias) + (bias < 0 ? -7 : 7),
        y: 28,
        "text-anchor": bias < 0 ? "end" : "start",
      }),
    ].join(""),
  };
}
