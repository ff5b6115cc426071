import { expect, test } from "vitest";
import { type Polygon, polygonsOf } from "../../../src/service/polygons.js";

/** A mask drawn by hand. */
function draw(size: { width: number; height: number }, isMarked: (x: number, y: number) => boolean) {
  return Uint8Array.from({ length: size.width * size.height }, (_, i) =>
    isMarked(i % size.width, Math.floor(i / size.width)) ? 255 : 0,
  );
}

/** Whether a point lies inside by the even-odd rule: crossings of a ray to the right. */
function isInside(polygons: readonly Polygon[], x: number, y: number): boolean {
  let crossings = 0;
  for (const polygon of polygons)
    for (const [i, [x1, y1]] of polygon.entries()) {
      const [x2, y2] = polygon[(i + 1) % polygon.length]!;
      if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) crossings++;
    }
  return crossings % 2 === 1;
}

const SIZE = { width: 60, height: 50 };

test("a rectangle is its four corners, also where it touches the border", () => {
  const mask = draw(SIZE, (x, y) => x < 20 && y >= 10 && y < 50);
  const [polygon, ...others] = polygonsOf(mask, SIZE);
  expect(others).toEqual([]);
  expect(polygon!.toSorted()).toEqual(
    [
      [0, 10],
      [20, 10],
      [20, 50],
      [0, 50],
    ].toSorted(),
  );
});

test("a hole is a border of its own, and two regions are two; specks are left out", () => {
  const mask = draw(
    SIZE,
    (x, y) =>
      (x >= 5 && x < 30 && y >= 5 && y < 40 && !(x >= 12 && x < 22 && y >= 15 && y < 25)) ||
      (x >= 40 && x < 55 && y >= 20 && y < 45) ||
      (x === 58 && y === 2),
  );
  const polygons = polygonsOf(mask, SIZE);
  expect(polygons).toHaveLength(3);
  const wrong = [...mask].filter(
    (value, i) => value > 127 !== isInside(polygons, (i % 60) + 0.5, Math.floor(i / 60) + 0.5),
  );
  expect(wrong).toHaveLength(1);
});

test("a circle is a polygon of few corners that covers it but for pixels at its border", () => {
  const distance = (x: number, y: number) => Math.hypot(x + 0.5 - 30, y + 0.5 - 25);
  const mask = draw(SIZE, (x, y) => distance(x, y) < 20);
  const polygons = polygonsOf(mask, SIZE);
  expect(polygons).toHaveLength(1);
  expect(polygons[0]!.length).toBeLessThan(40);
  for (const [i, value] of mask.entries()) {
    const [x, y] = [i % 60, Math.floor(i / 60)];
    if (Math.abs(distance(x, y) - 20) < 1.8) continue;
    expect([x, y, isInside(polygons, x + 0.5, y + 0.5)]).toEqual([x, y, value > 127]);
  }
});

test("regions that touch at a corner end, and nothing marked has no outline", () => {
  const mask = draw(SIZE, (x, y) => (x < 20 && y < 20) || (x >= 20 && x < 40 && y >= 20 && y < 40));
  const polygons = polygonsOf(mask, SIZE);
  expect(isInside(polygons, 10, 10) && isInside(polygons, 30, 30)).toBe(true);
  expect(isInside(polygons, 30, 10) || isInside(polygons, 10, 30)).toBe(false);
  expect(polygonsOf(new Uint8Array(3000), SIZE)).toEqual([]);
});
