/** What can be measured of a picture with its mask, as the checks need it. */
import type { SmallView } from "./smallView.js";

export interface QualityFacts {
  /** Share of the picture that the mask marks. */
  area: number;
  /** Direction of the fingers, degrees clockwise from upright, -180 to 180; NaN without a mask. */
  angle: number;
  /** Pixels of the border that the fingers' half of the hand touches, in units of the square root of the hand's area. */
  cut: number;
  /** Mean of the hand less that of its surroundings, as a share of the range of the picture's grey values. */
  contrast: number;
  /** Range of the hand's grey values (5th to 95th percentile), as a share of what the depth allows. */
  range: number;
  /** Share of the hand that has the picture's highest or its lowest value. */
  saturated: number;
}

/** Returns the facts of a picture. */
export function qualityFacts(view: SmallView): QualityFacts {
  const shape = shapeOf(view);
  return { ...shape, ...greysOf(view) };
}

interface Point {
  x: number;
  y: number;
}

/**
 * The centre of a hand's outline lies nearer to the fingers than the centre of its area, because most of the outline is that
 * of fingers. What lies along the border of the picture is no outline.
 */
function shapeOf({ width, height, hand }: SmallView): Pick<QualityFacts, "area" | "angle" | "cut"> {
  const isHand = (x: number, y: number) => hand[y * width + x] === 1;
  const all: Point[] = [];
  const outline: Point[] = [];
  const border: Point[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!isHand(x, y)) continue;
      all.push({ x, y });
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) border.push({ x, y });
      else if (!(isHand(x - 1, y) && isHand(x + 1, y) && isHand(x, y - 1) && isHand(x, y + 1)))
        outline.push({ x, y });
    }
  const [centre, towards] = [centreOf(all), centreOf(outline)];
  const [dx, dy] = [towards.x - centre.x, towards.y - centre.y];
  const isAhead = ({ x, y }: Point) => (x - centre.x) * dx + (y - centre.y) * dy > 0;
  return {
    area: all.length / (width * height),
    angle: (Math.atan2(dx, -dy) * 180) / Math.PI,
    cut: all.length === 0 ? 0 : border.filter(isAhead).length / Math.sqrt(all.length),
  };
}

function centreOf(points: readonly Point[]): Point {
  let [x, y] = [0, 0];
  for (const point of points) {
    x += point.x;
    y += point.y;
  }
  return { x: x / points.length, y: y / points.length };
}

/** How far from the hand its surroundings reach, as a share of the longer side. */
const NEAR = 0.06;

function greysOf(view: SmallView): Pick<QualityFacts, "contrast" | "range" | "saturated"> {
  const { grey, hand } = view;
  const near = surroundings(view);
  const inside = grey.filter((_, i) => hand[i] === 1);
  const around = grey.filter((_, i) => near[i] === 1);
  const sorted = grey.toSorted();
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  const range = quantile(sorted, 0.99) - quantile(sorted, 0.01);
  const ofHand = inside.toSorted();
  const at = (value: number) => inside.filter((each) => each === value).length / inside.length;
  return {
    contrast: range === 0 ? 0 : (mean(inside) - mean(around)) / range,
    range: quantile(ofHand, 0.95) - quantile(ofHand, 0.05),
    saturated: Math.max(at(low), at(high)),
  };
}

/** Marks what is near the hand and not the hand, by rows and then by columns. */
function surroundings({ width, height, hand }: SmallView): Uint8Array {
  const reach = Math.max(1, Math.round(NEAR * Math.max(width, height)));
  const wide = spread(hand, width, height, reach, 1, width);
  const near = spread(wide, height, width, reach, width, 1);
  return near.map((value, i) => (value === 1 && hand[i] === 0 ? 1 : 0));
}

/** Marks all that is within `reach` of a mark on its line. */
function spread(
  marks: Uint8Array,
  length: number,
  lines: number,
  reach: number,
  step: number,
  lineStep: number,
): Uint8Array {
  const result = new Uint8Array(marks.length);
  for (let line = 0; line < lines; line++)
    for (let i = 0; i < length; i++) {
      if (marks[line * lineStep + i * step] === 0) continue;
      const last = Math.min(length - 1, i + reach);
      for (let j = Math.max(0, i - reach); j <= last; j++) result[line * lineStep + j * step] = 1;
    }
  return result;
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const quantile = (sorted: Float32Array, q: number) => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
