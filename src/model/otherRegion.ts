/** What besides the hand a mask network takes for one. */

/** From this probability on a pixel belongs to a region: lower than for a mask, because a second hand is marked less clearly. */
const LEAST = 0.2;
/** Side on which the regions are looked for, pixels: a hand needs no more. */
const SIDE = 128;
/** A part of a second hand reaches the border of the picture. What lies within is more often a marker, and counts less. */
const INNER_WEIGHT = 0.1;
/** What is so near to the border counts as at it, share of the square: networks see little beside the border. */
const NEAR = 1 / 32;

interface Region {
  area: number;
  /** Sum of its probabilities. */
  sum: number;
  isAtBorder: boolean;
}

/** A square map of probabilities, and which part of it shows the picture that was padded to it. */
interface SquareMap {
  values: Float32Array;
  side: number;
  isAtBorder: (x: number, y: number) => boolean;
}

/**
 * Returns how much else than the hand is marked in a square map of probabilities of a picture, as a multiple of the hand's area: the
 * largest of the other regions' areas, each times its mean probability, and times `INNER_WEIGHT` within the picture.
 */
export function otherRegion(
  probability: Float32Array,
  side: number,
  picture: { width: number; height: number },
): number {
  const step = Math.max(1, Math.floor(side / SIDE));
  const length = Math.floor(side / step);
  const values = Float32Array.from({ length: length * length }, (_, i) => {
    const [x, y] = [i % length, Math.floor(i / length)];
    return probability[y * step * side + x * step]!;
  });
  const map = { values, side: length, isAtBorder: borderOf(length, picture) };
  const [hand, ...others] = regionsOf(map).sort((a, b) => b.area - a.area);
  const marked = others.map(({ sum, isAtBorder }) => (isAtBorder ? sum : INNER_WEIGHT * sum));
  return hand === undefined ? 0 : Math.max(0, ...marked) / hand.area;
}

/** Returns a test for pixels near to the border of the picture, which stands in the middle of the square. */
function borderOf(side: number, { width, height }: { width: number; height: number }) {
  const margin = (length: number) => Math.round((side * (1 - length / Math.max(width, height))) / 2);
  const [left, top] = [margin(width), margin(height)];
  const isNear = (at: number, from: number) =>
    at <= from + NEAR * side || at >= side - 1 - from - NEAR * side;
  return (x: number, y: number) => isNear(x, left) || isNear(y, top);
}

/** The connected regions of a map, which is used up. */
function regionsOf(map: SquareMap): Region[] {
  const regions: Region[] = [];
  for (const [start, value] of map.values.entries()) if (value > LEAST) regions.push(taken(map, start));
  return regions;
}

/** Takes a region off the map. */
function taken({ values, side, isAtBorder }: SquareMap, start: number): Region {
  const region = { area: 0, sum: 0, isAtBorder: false };
  const waiting = [start];
  while (waiting.length > 0) {
    const at = waiting.pop()!;
    const value = values[at]!;
    if (value <= LEAST) continue;
    values[at] = 0;
    const [x, y] = [at % side, Math.floor(at / side)];
    region.area += 1;
    region.sum += value;
    region.isAtBorder ||= isAtBorder(x, y);
    if (x > 0) waiting.push(at - 1);
    if (x < side - 1) waiting.push(at + 1);
    if (y > 0) waiting.push(at - side);
    if (y < side - 1) waiting.push(at + side);
  }
  return region;
}
