import { CONFIDENCE, type Interval } from "./interval.js";
import { normalQuantile } from "./normal.js";

/** Wilson's score interval of a share: `count` of `total`. */
export function wilsonInterval(count: number, total: number, level = CONFIDENCE): Interval {
  const z = normalQuantile((1 + level) / 2);
  const share = count / total;
  const scale = 1 + z ** 2 / total;
  const centre = (share + z ** 2 / (2 * total)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  return { lower: Math.max(0, centre - half), upper: Math.min(1, centre + half) };
}
