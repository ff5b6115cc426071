/** The learning curves of a training run: a metric of the training and of the validation part over the epochs. */
import { element } from "../markup.js";
import { padded, plotFrame } from "./axes.js";
import { type Figure, text } from "./figure.js";
import { legend } from "./legend.js";

/** Values by epoch; null where an epoch has none. */
export interface LearningCurves {
  epochs: readonly number[];
  /** MAD in months. */
  train: readonly (number | null)[];
  validation: readonly (number | null)[];
}

const AREA = { left: 62, right: 620, top: 44, bottom: 300 };

/** Returns null for a run of fewer than two epochs, of which there is no curve. */
export function learningCurves({ epochs, train, validation }: LearningCurves): Figure | null {
  const known = [...train, ...validation].filter((value) => value !== null);
  if (epochs.length < 2 || known.length === 0) return null;
  const last = epochs.at(-1)!;
  const [, most] = padded(known);
  const { x, y, frame } = plotFrame(
    AREA,
    { domain: [epochs[0]!, last], title: "Epoch", ticks: "numbers" },
    { domain: [0, most], title: "MAD (months)", ticks: "months" },
  );
  const line = (values: readonly (number | null)[], colour: string) => {
    const points = values.flatMap((value, i) =>
      value === null ? [] : [`${x(epochs[i]!).toFixed(1)} ${y(value).toFixed(1)}`],
    );
    const path = points.length === 0 ? "" : `M${points.join("L")}`;
    return element("path", { class: `stroke ${colour} strong`, d: path });
  };
  const best = bestOf(epochs, validation);
  const entries = [
    { label: "training", colour: "first", mark: "line" as const },
    { label: "validation", colour: "second", mark: "line" as const },
  ];
  return {
    name: "learning-curves",
    title: "Learning curves",
    description: `MAD of the training and of the validation part over ${epochs.length} epochs${best === null ? "" : `; validation is lowest at epoch ${best.epoch}, with ${best.value.toFixed(2)} months`}.`,
    width: 640,
    height: 350,
    body: [
      frame,
      line(train, "first"),
      line(validation, "second"),
      legend(entries, AREA.left, 20),
      best === null
        ? ""
        : element("path", {
            class: "points second",
            "stroke-width": 9,
            d: `M${x(best.epoch).toFixed(1)} ${y(best.value).toFixed(1)}h0`,
          }),
      best === null
        ? ""
        : text(`lowest ${best.value.toFixed(2)}, epoch ${best.epoch}`, {
            x: AREA.right,
            y: 24,
            "text-anchor": "end",
          }),
    ].join(""),
  };
}

function bestOf(epochs: readonly number[], values: readonly (number | null)[]) {
  let best: { epoch: number; value: number } | null = null;
  values.forEach((value, i) => {
    if (value !== null && (best === null || value < best.value)) best = { epoch: epochs[i]!, value };
  });
  return best as { epoch: number; value: number } | null;
}
