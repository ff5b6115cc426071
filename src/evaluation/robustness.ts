/** How far ages move when pictures are changed in ways that change no child. */
import { clustersOf } from "../statistics/clusters.js";
import { meanAbsoluteDeviation } from "../statistics/deviations.js";
import type { Estimate } from "../statistics/interval.js";
import { mean } from "../statistics/mean.js";
import { type PairedDifference, pairedDifference } from "../statistics/pairedDifference.js";
import { wilsonInterval } from "../statistics/wilson.js";

/** A picture with its truth and its ages. */
export interface StressedRow {
  patientId: string;
  truthMonths: number;
  /** Of the picture as it is. */
  ageMonths: number;
  /** Of each changed picture, in the order of the changes; null where it has none. */
  changedMonths: readonly (number | null)[];
}

/** What one change does. Ages in months. */
export interface ChangeEffect {
  /** What was done to the pictures. */
  change: string;
  /** Pictures with an age before and after. */
  pictures: number;
  /** MAD of the changed pictures. */
  mad: number;
  /** MAD of the changed pictures - MAD of the same pictures as they are, paired. */
  difference: PairedDifference;
  /** Mean distance between the ages of a picture before and after. */
  moved: number;
  /** Share of pictures whose age moves by more than the threshold. */
  significant: Estimate;
}

export interface Robustness {
  /** An age that moves by more than this counts as significantly changed, months. */
  thresholdMonths: number;
  /** MAD of all these pictures as they are. */
  mad: number;
  changes: ChangeEffect[];
}

/** One year. No threshold is agreed on: this is a choice, which the report names. */
export const SIGNIFICANT_MONTHS = 12;

export function robustnessOf(
  changes: readonly string[],
  rows: readonly StressedRow[],
  { resamples, seed }: { resamples: number; seed: number },
): Robustness {
  const effects = changes.flatMap((change, i) => {
    const known = rows.filter(({ changedMonths }) => changedMonths[i] !== null);
    if (known.length === 0) return [];
    const truths = known.map(({ truthMonths }) => truthMonths);
    const before = known.map(({ ageMonths }) => ageMonths);
    const after = known.map(({ changedMonths }) => changedMonths[i]!);
    const moves = after.map((age, row) => Math.abs(age - before[row]!));
    const many = moves.filter((move) => move > SIGNIFICANT_MONTHS).length;
    const clusters = clustersOf(known.map(({ patientId }) => patientId));
    return [
      {
        change,
        pictures: known.length,
        mad: meanAbsoluteDeviation(after, truths),
        difference: pairedDifference(after, before, truths, { clusters, resamples, seed }),
        moved: mean(moves),
        significant: { value: many / known.length, interval: wilsonInterval(many, known.length) },
      },
    ];
  });
  const mad = meanAbsoluteDeviation(
    rows.map(({ ageMonths }) => ageMonths),
    rows.map(({ truthMonths }) => truthMonths),
  );
  return { thresholdMonths: SIGNIFICANT_MONTHS, mad, changes: effects };
}
