import { borderRuns } from "./borderRuns.js";
import { convexHull, marked, type Point } from "./outline.js";
import type { SmallView } from "./smallView.js";

export interface ShapeFacts {
  /** Share of the picture that the mask marks. */
  area: number;
  /** Direction of the fingers, degrees clockwise from upright, -180 to 180. */
  angle: number;
  /** How sure that direction is: about 1 for a whole hand, 0 for a shape without fingers. */
  direction: number;
  /** Area between the shape and its convex hull, as a multiple of the shape's: the gaps between the fingers. */
  gaps: number;
  /**
   * What of the border of the picture the hand touches besides one stretch as wide as a wrist behind the fingers, in units
   * of the square root of the hand's area; or, where that is more, how little it shows of fingers though it touches the border.
   */
  cut: number;
}

/** Weights that fit the directions of phantoms best, by least squares (`node bench/quality.mjs --fit`). */
const OUTLINE_WEIGHT = 4;
const HULL_WEIGHT = 1.4;
/** The widest forearm at the border of a picture, in units of the square root of the hand's area. */
const WIDEST_WRIST = 0.75;
/** A hand that touches more of the border than `touch` and whose fingers point less clearly than `direction` may be a stump. */
const STUMP = { touch: 0.2, direction: 0.9 };
/** A smaller shape shows nothing. */
const FEWEST_PIXELS = 12;

/** Returns the facts of a mask's shape; null where it marks next to nothing. */
export function shapeFacts(view: SmallView): ShapeFacts | null {
  const { count, centre, outline, outlineCentre } = marked(view);
  const hull = convexHull(outline);
  if (count < FEWEST_PIXELS || hull.area === 0 || Number.isNaN(outlineCentre.x)) return null;
  const size = Math.sqrt(count);
  // Most of the outline is that of fingers, and so is what is between the hand and its convex hull.
  const towards = (pick: (point: Point) => number) =>
    (OUTLINE_WEIGHT * (pick(outlineCentre) - pick(centre)) +
      (HULL_WEIGHT * (pick(hull.centre) - pick(centre)) * hull.area) / count) /
    size;
  const [x, y] = [towards((point) => point.x), towards((point) => point.y)];
  const isAhead = ({ middle }: { middle: Point }) =>
    (middle.x - centre.x) * x + (middle.y - centre.y) * y > 0;
  const runs = borderRuns(view);
  const total = sumOf(runs.map(({ length }) => length));
  const longest = Math.max(0, ...runs.map(({ length }) => length));
  const ahead = sumOf(runs.filter(isAhead).map(({ length }) => length));
  const direction = Math.hypot(x, y);
  const stump = total > STUMP.touch * size ? STUMP.direction - direction : 0;
  return {
    area: count / (view.width * view.height),
    angle: (Math.atan2(x, -y) * 180) / Math.PI,
    direction,
    gaps: Math.max(0, hull.area / count - 1),
    cut: Math.max(stump, Math.max(total - longest, ahead, total - WIDEST_WRIST * size) / size),
  };
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
