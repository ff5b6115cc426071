/** Geometry of a small mask. Lengths are in pixels. */
import type { SmallView } from "./smallView.js";

export interface Point {
  x: number;
  y: number;
}

export interface Marked {
  /** Number of marked pixels. */
  count: number;
  centre: Point;
  /** Marked pixels beside others that are not, or at the border of the picture. */
  outline: Point[];
  /** Centre of those of them that are not at the border of the picture, where the hand continues outside. */
  outlineCentre: Point;
}

export function marked({ width, height, hand }: SmallView): Marked {
  const isHand = (x: number, y: number) => hand[y * width + x] === 1;
  const [all, own] = [new Mean(), new Mean()];
  const outline: Point[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!isHand(x, y)) continue;
      all.add(x, y);
      const isAtBorder = x === 0 || y === 0 || x === width - 1 || y === height - 1;
      if (!isAtBorder && isHand(x - 1, y) && isHand(x + 1, y) && isHand(x, y - 1) && isHand(x, y + 1))
        continue;
      outline.push({ x, y });
      if (!isAtBorder) own.add(x, y);
    }
  return { count: all.count, centre: all.point, outline, outlineCentre: own.point };
}

class Mean {
  count = 0;
  private x = 0;
  private y = 0;

  add(x: number, y: number): void {
    this.count += 1;
    this.x += x;
    this.y += y;
  }

  get point(): Point {
    return { x: this.x / this.count, y: this.y / this.count };
  }
}

/** Area and centre of the convex hull of points; no area of fewer than three, and of points on a line. */
export function convexHull(points: readonly Point[]): { area: number; centre: Point } {
  const corners = hullOf(points);
  let [twice, x, y] = [0, 0, 0];
  for (const [i, one] of corners.entries()) {
    const next = corners[(i + 1) % corners.length]!;
    const cross = one.x * next.y - next.x * one.y;
    twice += cross;
    x += (one.x + next.x) * cross;
    y += (one.y + next.y) * cross;
  }
  return { area: Math.abs(twice) / 2, centre: { x: x / (3 * twice), y: y / (3 * twice) } };
}

/** Andrew's monotone chain. */
function hullOf(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y);
  return [...chainOf(sorted), ...chainOf(sorted.reverse())];
}

function chainOf(points: readonly Point[]): Point[] {
  const chain: Point[] = [];
  const turn = (a: Point, b: Point, c: Point) => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  for (const point of points) {
    while (chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop();
    chain.push(point);
  }
  return chain.slice(0, -1);
}
