/** Student's t distribution, central and not. */
import { incompleteBeta } from "./beta.js";
import { logGamma } from "./gamma.js";
import { normalCdf } from "./normal.js";
import { rootOf } from "./rootOf.js";

export function studentCdf(t: number, degrees: number): number {
  const tail = 0.5 * incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

export function studentQuantile(p: number, degrees: number): number {
  if (p < 0.5) return -studentQuantile(1 - p, degrees);
  return p === 0.5 ? 0 : rootOf((t) => studentCdf(t, degrees), p, 0, 10);
}

/** The two-sided p-value of a t statistic. */
export const studentTwoSided = (t: number, degrees: number): number =>
  incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);

/** Beyond it the first weights of the series underflow. */
export const LARGEST_NONCENTRALITY = 36;

/** The noncentral t distribution at a positive t, by Lenth's series (AS 243), for a noncentrality of 0 to 36. */
export function noncentralCdf(t: number, degrees: number, noncentrality: number): number {
  const half = noncentrality ** 2 / 2;
  const x = (t * t) / (t * t + degrees);
  let sum = 0;
  // The weights are largest near `half`; the rest of the series is below the precision of a double.
  const terms = Math.ceil(half + 12 * Math.sqrt(half + 1) + 30);
  for (let j = 0; j < terms; j++) {
    const weight = Math.exp(-half + j * Math.log(half) - logGamma(j + 1));
    const odd = Math.exp(-half + j * Math.log(half) - logGamma(j + 1.5)) * (noncentrality / Math.SQRT2);
    sum += weight * incompleteBeta(x, j + 0.5, degrees / 2) + odd * incompleteBeta(x, j + 1, degrees / 2);
  }
  return normalCdf(-noncentrality) + sum / 2;
}

export const noncentralQuantile = (p: number, degrees: number, noncentrality: number): number =>
  rootOf((t) => noncentralCdf(t, degrees, noncentrality), p, 0, noncentrality + 10);
