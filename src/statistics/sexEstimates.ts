/** The metrics of predicted sexes, male the positive class. */
import { type BootstrapOptions, bootstrapSums } from "./bootstrap.js";
import { areaUnderRoc } from "./delong.js";
import type { Estimate } from "./interval.js";
import { wilsonInterval } from "./wilson.js";

export interface SexEstimates {
  /** With Wilson's interval. */
  accuracy: Estimate;
  /** With DeLong's interval; null where the cohort has one sex. */
  areaUnderRoc: Estimate | null;
  /** With a bootstrap interval. */
  f1: Estimate;
}

/** `maleHats` are probabilities: above one half means male. `males` are 1 or 0. */
export function sexEstimates(
  maleHats: ArrayLike<number>,
  males: ArrayLike<number>,
  options: BootstrapOptions,
): SexEstimates {
  const n = males.length;
  const terms = new Float64Array(n * 2);
  let right = 0;
  for (let i = 0; i < n; i++) {
    const isMale = males[i] === 1;
    const isPredicted = maleHats[i]! > 0.5;
    if (isMale === isPredicted) right += 1;
    terms.set([isMale && isPredicted ? 1 : 0, isMale === isPredicted ? 0 : 1], i * 2);
  }
  const { f1 } = bootstrapSums(
    terms,
    2,
    { f1: ([hits, wrong]) => (hits === 0 && wrong === 0 ? 0 : (2 * hits!) / (2 * hits! + wrong!)) },
    options,
  );
  return {
    accuracy: { value: right / n, interval: n === 0 ? null : wilsonInterval(right, n) },
    areaUnderRoc: areaUnderRoc(maleHats, males),
    f1,
  };
}
