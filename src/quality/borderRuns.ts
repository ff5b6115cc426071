/** Where the hand touches the border of the picture. */
import type { Point } from "./outline.js";
import type { SmallView } from "./smallView.js";

/** A stretch of the border. */
export interface BorderRun {
  /** Touched pixels of the border. */
  length: number;
  middle: Point;
}

/** Masks that a model made often end a pixel before the border. */
const REACH = 2;
/** Gaps up to this length, as between fingers, do not part a run. */
const GAP = 3;

export function borderRuns(view: SmallView): BorderRun[] {
  const border = borderOf(view);
  const isTouched = border.map((point) => touches(view, point));
  const touched = [...border.keys()].filter((i) => isTouched[i]);
  const runs: number[][] = [];
  for (const i of touched) {
    const last = runs.at(-1)?.at(-1);
    if (last !== undefined && i - last <= GAP + 1) runs.at(-1)!.push(i);
    else runs.push([i]);
  }
  // The border has no beginning.
  if (runs.length > 1 && runs[0]![0]! + border.length - runs.at(-1)!.at(-1)! <= GAP + 1)
    runs[0]!.unshift(...runs.pop()!);
  return runs.map((run) => ({ length: run.length, middle: meanOf(run.map((i) => border[i]!)) }));
}

/** The pixels of the border, clockwise from the upper left corner. */
function borderOf({ width, height }: SmallView): Point[] {
  const [right, bottom] = [width - 1, height - 1];
  return [
    ...Array.from({ length: width }, (_, x) => ({ x, y: 0 })),
    ...Array.from({ length: bottom }, (_, y) => ({ x: right, y: y + 1 })),
    ...Array.from({ length: right }, (_, x) => ({ x: right - 1 - x, y: bottom })),
    ...Array.from({ length: Math.max(0, bottom - 1) }, (_, y) => ({ x: 0, y: bottom - 1 - y })),
  ];
}

function touches({ width, height, hand }: SmallView, { x, y }: Point): boolean {
  const inwards = (at: number, size: number, k: number) =>
    at === 0 ? k : at === size - 1 ? size - 1 - k : at;
  for (let k = 0; k < Math.min(REACH, width, height); k++)
    if (hand[inwards(y, height, k) * width + inwards(x, width, k)] === 1) return true;
  return false;
}

function meanOf(points: readonly Point[]): Point {
  const mean = (pick: (point: Point) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  return { x: mean(({ x }) => x), y: mean(({ y }) => y) };
}
