/** Whether one model is better than another on the same rows. */
import { type BootstrapOptions, bootstrapSums } from "./bootstrap.js";
import type { Estimate } from "./interval.js";
import { type Wilcoxon, wilcoxon } from "./wilcoxon.js";

export interface PairedDifference {
  /** MAD of the first - MAD of the second: below 0 the first is better. */
  mad: Estimate;
  /** Wilcoxon's signed-rank test of the absolute errors; null where they are all equal. */
  wilcoxon: Wilcoxon | null;
  /** Whether the interval of the difference leaves out 0. */
  isShown: boolean;
}

export function pairedDifference(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  truths: ArrayLike<number>,
  options: BootstrapOptions,
): PairedDifference {
  const differences = Float64Array.from(
    truths,
    (truth, i) => Math.abs(first[i]! - truth) - Math.abs(second[i]! - truth),
  );
  const terms = Float64Array.from({ length: 2 * differences.length }, (_, i) =>
    i % 2 === 0 ? 1 : differences[(i - 1) / 2]!,
  );
  const { mad } = bootstrapSums(terms, 2, { mad: (sums) => sums[1]! / sums[0]! }, options);
  const { interval } = mad;
  return {
    mad,
    wilcoxon: wilcoxon(differences),
    isShown: interval !== null && (interval.lower > 0 || interval.upper < 0),
  };
}
