import { plainOf } from "../inference/testTimeViews.js";
import { mean } from "../statistics/mean.js";

export interface PredictedRow {
  /** Below the image root: `<dir>/<image_ID>`. */
  filename: string;
  /** Null where the sex is not known. */
  male: 0 | 1 | null;
  boneAgeMonths: number;
  /** The predicted bone age of each view, not corrected. */
  ageMonths: number[];
  /** The predicted probability of male of each view; null for a network without a sex head. */
  maleHat: number[] | null;
}

/** The predictions of one part of the split. */
export interface PartPredictions {
  /** Names of the views, in the order of a row's predictions. */
  views: readonly string[];
  rows: readonly PredictedRow[];
  /** Columns of the part's CSV after the reference's, with their cells. */
  further?: { columns: readonly string[]; rows: readonly (readonly string[])[] } | undefined;
}

/** The bone age of each row from its plain view, in months. */
export function plainAges({ views, rows }: PartPredictions): number[] {
  const plain = plainOf(views);
  return rows.map(({ ageMonths }) => ageMonths[plain]!);
}

/** The mean of each row's bone ages over the views, in months, as float32. */
export function meanAges({ rows }: PartPredictions): number[] {
  return rows.map(({ ageMonths }) => Math.fround(mean(ageMonths)));
}

/** The mean of each row's probabilities of male over the views, as float32; null for a network without a sex head. */
export function meanMaleHats({ rows }: PartPredictions): number[] | null {
  const means = rows.flatMap(({ maleHat }) => (maleHat === null ? [] : Math.fround(mean(maleHat))));
  return means.length === rows.length ? means : null;
}

export const trueAges = ({ rows }: PartPredictions) => rows.map(({ boneAgeMonths }) => boneAgeMonths);
