import { corrected } from "../statistics/biasLine.js";
import { meanAbsoluteDeviation } from "../statistics/deviations.js";
import type { Corrections } from "./corrections.js";
import { meanAges, meanMaleHats, type PartPredictions, plainAges, trueAges } from "./partPredictions.js";

/** The metrics of one part of the split. MADs are in months. */
export interface PartMetrics {
  pictures: number;
  /** MAD of the plain view. */
  mad: number;
  /** MAD of the plain view, corrected; null without corrections. */
  madReg: number | null;
  /** MAD of the mean over all views, corrected; null without corrections. */
  madRegTta: number | null;
  /** Null for a network without a sex head, or where no sex is known. */
  sexAccuracy: number | null;
}

/** `corrections` is null where none were fitted. */
export function partMetrics(part: PartPredictions, corrections: Corrections | null): PartMetrics {
  const truths = trueAges(part);
  const mad = (ages: readonly number[]) => meanAbsoluteDeviation(ages, truths);
  const plain = plainAges(part);
  const male = meanMaleHats(part);
  return {
    pictures: part.rows.length,
    mad: mad(plain),
    madReg: corrections && mad(plain.map((age) => corrected(age, corrections.plain))),
    madRegTta: corrections && mad(meanAges(part).map((age) => corrected(age, corrections.mean))),
    sexAccuracy: male && sexAccuracy(part, male),
  };
}

function sexAccuracy({ rows }: PartPredictions, maleHats: readonly number[]): number | null {
  const known = rows.filter(({ male }) => male !== null);
  const right = rows.filter(({ male }, i) => (maleHats[i]! > 0.5 ? 1 : 0) === male);
  return known.length === 0 ? null : right.length / known.length;
}
