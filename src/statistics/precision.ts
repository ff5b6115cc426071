/** How precisely a cohort measures a mean, such as the MAD, and how many pictures another precision needs. */
import { CONFIDENCE } from "./interval.js";
import { normalQuantile } from "./normal.js";

/** The half-width of the interval of a mean of `n` values of this standard deviation. */
export const halfWidthOfMean = (sd: number, n: number, level = CONFIDENCE): number =>
  (normalQuantile((1 + level) / 2) * sd) / Math.sqrt(n);

/** The number of values whose mean has an interval of at most this half-width. */
export const countForHalfWidth = (sd: number, halfWidth: number, level = CONFIDENCE): number =>
  Math.ceil(((normalQuantile((1 + level) / 2) * sd) / halfWidth) ** 2);
