/** What besides the hand a mask network takes for one. */

/** From this probability on a pixel belongs to a region: lower than for a mask, because a second hand is marked less clearly. */
const LEAST = 0.2;
/** Side on which the regions are looked for, pixels: a hand needs no more. */
const SIDE = 128;

interface Region {
  area: number;
  probability: number;
}

/**
 * Returns the area of the second largest region in a square map of probabilities, times its mean probability, as a multiple of
 * the largest region's area.
 */
export function otherRegion(probability: Float32Array, side: number): number {
  const step = Math.max(1, Math.floor(side / SIDE));
  const length = Math.floor(side / step);
  const map = Float32Array.from({ length: length * length }, (_, i) => {
    const [x, y] = [i % length, Math.floor(i / length)];
    return probability[y * step * side + x * step]!;
  });
  const [first, second] = regionsOf(map, length).sort((a, b) => b.area - a.area);
  return second === undefined ? 0 : (second.area * second.probability) / first!.area;
}

/** The connected regions of a map, which is used up. */
function regionsOf(map: Float32Array, side: number): Region[] {
  const regions: Region[] = [];
  for (const [start, value] of map.entries()) if (value > LEAST) regions.push(taken(map, side, start));
  return regions;
}

/** Takes a region off the map. */
function taken(map: Float32Array, side: number, start: number): Region {
  let [area, sum] = [0, 0];
  const waiting = [start];
  while (waiting.length > 0) {
    const at = waiting.pop()!;
    const value = map[at]!;
    if (value <= LEAST) continue;
    map[at] = 0;
    area += 1;
    sum += value;
    const x = at % side;
    if (x > 0) waiting.push(at - 1);
    if (x < side - 1) waiting.push(at + 1);
    if (at >= side) waiting.push(at - side);
    if (at < side * (side - 1)) waiting.push(at + side);
  }
  return { area, probability: sum / area };
}
