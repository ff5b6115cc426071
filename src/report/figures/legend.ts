import { element } from "../markup.js";
import { text } from "./figure.js";

export interface LegendEntry {
  label: string;
  /** `first`, `second`, `third` or `ink`. */
  colour: string;
  mark: "point" | "line" | "dashed" | "band";
}

/** Entries side by side from (x, y). Widths follow from the letters, as there is nothing to measure text with. */
export function legend(entries: readonly LegendEntry[], x: number, y: number): string {
  let at = x;
  return entries
    .map(({ label, colour, mark }) => {
      const left = Math.round(at);
      at += 34 + label.length * 6.3;
      return markOf(mark, colour, left, y) + text(label, { x: left + 22, y: y + 4 });
    })
    .join("");
}

function markOf(mark: LegendEntry["mark"], colour: string, x: number, y: number): string {
  if (mark === "point")
    return element("path", { class: `points ${colour}`, "stroke-width": 7, d: `M${x + 10} ${y}h0` });
  if (mark === "band") return element("rect", { class: "fill band", x, y: y - 5, width: 18, height: 10 });
  const dashed = mark === "dashed" ? " dashed" : " strong";
  return element("path", { class: `stroke ${colour}${dashed}`, d: `M${x} ${y}h18` });
}
