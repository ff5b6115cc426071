/** A site's own linear correction: its lines, and what it gains in pictures that it was not fitted to. */

import { Random } from "../random.js";
import { type BiasLine, corrected, fitBiasLine } from "../statistics/biasLine.js";
import { clustersOf } from "../statistics/clusters.js";
import { meanAbsoluteDeviation } from "../statistics/deviations.js";
import { type PairedDifference, pairedDifference } from "../statistics/pairedDifference.js";
import type { Sex } from "../words.js";

export interface SitePicture {
  ageMonths: number;
  truthMonths: number;
  sex: Sex | null;
  /** Empty if it is not known. */
  patientId: string;
}

/** The line of all, and those of the sexes where they are asked for and have enough pictures. */
export interface SiteLines {
  all: BiasLine;
  F: BiasLine | null;
  M: BiasLine | null;
}

export interface CrossValidated {
  /** MAD without the correction, months. */
  before: number;
  /** MAD of pictures corrected by lines that were fitted to the other folds, months. */
  after: number;
  /** After - before, with its interval: below 0 the correction helps. */
  gain: PairedDifference;
  /** The cross-validated ages. */
  ages: number[];
}

/** A line through fewer points follows their noise. */
const FEWEST_FOR_A_LINE = 8;

export function fitSiteLines(pictures: readonly SitePicture[], bySex: boolean): SiteLines {
  const of = (sex: Sex) => {
    const own = pictures.filter((picture) => picture.sex === sex);
    return bySex && own.length >= FEWEST_FOR_A_LINE ? lineOf(own) : null;
  };
  return { all: lineOf(pictures), F: of("F"), M: of("M") };
}

const lineOf = (pictures: readonly SitePicture[]) =>
  fitBiasLine(
    pictures.map(({ ageMonths }) => ageMonths),
    pictures.map(({ truthMonths }) => truthMonths),
  );

export const siteLineFor = ({ all, F, M }: SiteLines, sex: Sex | null): BiasLine =>
  (sex === "F" ? F : sex === "M" ? M : null) ?? all;

/** Pictures of a patient are in one fold. There are never more folds than patients. */
export function crossValidate(
  pictures: readonly SitePicture[],
  { bySex, folds, resamples, seed }: { bySex: boolean; folds: number; resamples: number; seed: number },
): CrossValidated {
  const clusters = clustersOf(pictures.map(({ patientId }) => patientId));
  const foldOf = drawnFolds(clusters.count, Math.min(folds, clusters.count), seed);
  const fold = (i: number) => foldOf[clusters.of[i]!]!;
  const linesOf = Array.from({ length: Math.min(folds, clusters.count) }, (_, number) =>
    fitSiteLines(
      pictures.filter((__, i) => fold(i) !== number),
      bySex,
    ),
  );
  const ages = pictures.map(({ ageMonths, sex }, i) =>
    corrected(ageMonths, siteLineFor(linesOf[fold(i)]!, sex)),
  );
  const plain = pictures.map(({ ageMonths }) => ageMonths);
  const truths = pictures.map(({ truthMonths }) => truthMonths);
  return {
    before: meanAbsoluteDeviation(plain, truths),
    after: meanAbsoluteDeviation(ages, truths),
    gain: pairedDifference(ages, plain, truths, { clusters, resamples, seed }),
    ages,
  };
}

/** The fold of each patient: a shuffled deal, so that folds differ by a patient at most. */
function drawnFolds(patients: number, folds: number, seed: number): number[] {
  const random = new Random("order", seed, 0, patients);
  const order = Array.from({ length: patients }, (_, i) => i);
  for (let i = patients - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const foldOf = new Array<number>(patients).fill(0);
  order.forEach((patient, place) => {
    foldOf[patient] = place % folds;
  });
  return foldOf;
}

/** Returns the line that corrects once as `first` and then `second` do. */
export function chained(first: BiasLine, second: BiasLine): BiasLine {
  return {
    slope: 1 - (1 - first.slope) * (1 - second.slope),
    intercept: (1 - second.slope) * first.intercept + second.intercept,
  };
}
