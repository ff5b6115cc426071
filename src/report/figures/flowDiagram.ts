import type { Flow } from "../../evaluation/evaluatedRow.js";
import { element } from "../markup.js";
import { type Figure, text } from "./figure.js";

const BOX = { width: 250, height: 46 };
const SIDE = { x: 330, width: 300 };
const LINE = 17;

const count = (value: number) => value.toLocaleString("en-US");

/** Rows in, excluded and failed by reason, evaluated. */
export function flowDiagram({ rows, excluded, failed, evaluated }: Flow): Figure {
  const sides = [
    { title: "Excluded", reasons: Object.entries(excluded) },
    { title: "Without prediction", reasons: Object.entries(failed) },
  ].filter(({ reasons }) => reasons.length > 0);
  let y = 8;
  const parts = [box(y, "Rows of the cohort", rows)];
  for (const { title, reasons } of sides) {
    const height = 30 + reasons.length * LINE;
    const middle = y + BOX.height + 14 + height / 2;
    const total = reasons.reduce((sum, [, some]) => sum + some, 0);
    parts.push(element("path", { class: "axis", d: `M${20 + BOX.width / 2} ${middle}H${SIDE.x}` }));
    parts.push(
      element("rect", { class: "box", x: SIDE.x, y: middle - height / 2, width: SIDE.width, height, rx: 6 }),
    );
    parts.push(
      text(`${title}: ${count(total)}`, { x: SIDE.x + 14, y: middle - height / 2 + 20, class: "heading" }),
    );
    reasons.forEach(([reason, some], i) => {
      parts.push(
        text(`${reason}: ${count(some)}`, {
          x: SIDE.x + 14,
          y: middle - height / 2 + 20 + (i + 1) * LINE,
          class: "muted",
        }),
      );
    });
    const next = middle + height / 2 + 14;
    parts.unshift(element("path", { class: "axis", d: `M${20 + BOX.width / 2} ${y + BOX.height}V${next}` }));
    y = next - BOX.height;
  }
  const end = sides.length === 0 ? y + BOX.height + 28 : y + BOX.height;
  if (sides.length === 0)
    parts.unshift(element("path", { class: "axis", d: `M${20 + BOX.width / 2} ${y + BOX.height}V${end}` }));
  parts.push(box(end, "Evaluated", evaluated));
  const reasons = sides.flatMap((side) => side.reasons.map(([reason, some]) => `${reason}: ${some}`));
  return {
    name: "flow",
    title: "Flow of pictures",
    description: `${rows} rows, ${evaluated} evaluated. ${reasons.join("; ")}`,
    width: sides.length === 0 ? BOX.width + 40 : SIDE.x + SIDE.width + 10,
    height: end + BOX.height + 8,
    body: parts.join(""),
  };
}

function box(y: number, title: string, rows: number): string {
  return (
    element("rect", { class: "box", x: 20, y, width: BOX.width, height: BOX.height, rx: 6 }) +
    text(title, { x: 34, y: y + 28 }) +
    text(count(rows), { x: 20 + BOX.width - 14, y: y + 28, "text-anchor": "end", class: "heading" })
  );
}
