/** The borders of what is marked in a small mask, as polygons. */

export type Polygon = [x: number, y: number][];

interface Size {
  width: number;
  height: number;
}

/** Smaller regions are specks, pixels of the small mask. */
const LEAST_AREA = 16;
/** How far a simplified outline may lie beside the true one, pixels of the small mask. */
const TOLERANCE = 1;

/**
 * Returns a polygon for each border between marked (above 127) and other pixels, along the pixels' edges; those of holes
 * turn the other way round. Filled by the even-odd rule they are the mask, but for specks.
 */
export function polygonsOf(mask: Uint8Array, { width, height }: Size): Polygon[] {
  const isMarked = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x]! > 127;
  const seen = new Uint8Array(width * height);
  const polygons: Polygon[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!isMarked(x, y) || isMarked(x, y - 1) || seen[y * width + x] === 1) continue;
      const border = follow(x, y, isMarked, (column, row) => {
        seen[row * width + column] = 1;
      });
      if (Math.abs(areaOf(border)) >= LEAST_AREA) polygons.push(simplified(border));
    }
  return polygons;
}

/** Right, down, left, up: along an edge the marked pixel lies to the right of the way. */
const STEPS = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;
/** The pixel ahead on the left, and on the right, of a corner that was reached in a direction. */
const AHEAD = [
  { left: [0, -1], right: [0, 0] },
  { left: [0, 0], right: [-1, 0] },
  { left: [-1, 0], right: [-1, -1] },
  { left: [-1, -1], right: [0, -1] },
] as const;

/** Follows a border from the upper edge of a pixel; `onTop` is given each pixel whose upper edge belongs to it. */
function follow(
  startX: number,
  startY: number,
  isMarked: (x: number, y: number) => boolean,
  onTop: (x: number, y: number) => void,
): Polygon {
  const corners: Polygon = [];
  let [x, y, direction] = [startX, startY, 0];
  do {
    if (direction === 0) onTop(x, y);
    x += STEPS[direction]![0];
    y += STEPS[direction]![1];
    const { left, right } = AHEAD[direction]!;
    const before = direction;
    if (!isMarked(x + right[0], y + right[1])) direction = (direction + 1) % 4;
    else if (isMarked(x + left[0], y + left[1])) direction = (direction + 3) % 4;
    if (direction !== before) corners.push([x, y]);
  } while (x !== startX || y !== startY || direction !== 0);
  return corners;
}

function areaOf(polygon: Polygon): number {
  let twice = 0;
  for (const [i, [x, y]] of polygon.entries()) {
    const [nextX, nextY] = polygon[(i + 1) % polygon.length]!;
    twice += x * nextY - nextX * y;
  }
  return twice / 2;
}

/** Leaves out corners that lie near the line between those that stay (Ramer, Douglas and Peucker). */
function simplified(polygon: Polygon): Polygon {
  const far = farthest(polygon, 0, polygon.length, polygon[0]!, polygon[0]!).at;
  const closed = [...polygon, polygon[0]!];
  const keeps = new Set([0, far]);
  const open = [
    [0, far],
    [far, polygon.length],
  ];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [from, to] = span as [number, number];
    const { at, distance } = farthest(closed, from, to, closed[from]!, closed[to]!);
    if (distance <= TOLERANCE) continue;
    keeps.add(at);
    open.push([from, at], [at, to]);
  }
  return polygon.filter((_, i) => keeps.has(i));
}

type Point = Polygon[number];

/** The corner between two places that lies farthest from the line through two points, or from the one point. */
function farthest(corners: Polygon, from: number, to: number, a: Point, b: Point) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy);
  let [at, distance] = [from, 0];
  for (let i = from + 1; i < to; i++) {
    const [x, y] = [corners[i]![0] - a[0], corners[i]![1] - a[1]];
    const here = length === 0 ? Math.hypot(x, y) : Math.abs(x * dy - y * dx) / length;
    if (here > distance) [at, distance] = [i, here];
  }
  return { at, distance };
}
