/** All that an evaluation states, from its rows. */
import { type AgeEstimates, ageEstimates } from "../statistics/ageEstimates.js";
import { type BlandAltman, blandAltman } from "../statistics/blandAltman.js";
import { resamplesMade } from "../statistics/bootstrap.js";
import { type Clusters, clustersOf } from "../statistics/clusters.js";
import { meanAbsoluteDeviation } from "../statistics/deviations.js";
import { type FittedLine, leastSquares } from "../statistics/leastSquares.js";
import { MOST_FOR_PASSING_BABLOK, type PassingBablok, passingBablok } from "../statistics/passingBablok.js";
import { countForHalfWidth, halfWidthOfMean } from "../statistics/precision.js";
import { type SexEstimates, sexEstimates } from "../statistics/sexEstimates.js";
import { standardDeviation } from "../statistics/standardDeviation.js";
import { type Chronological, chronological, type ReferenceSd } from "./chronological.js";
import { type Demographics, demographics, partDemographics } from "./demographics.js";
import type { CohortToEvaluate, EvaluatedRow } from "./evaluatedRow.js";
import { type Grouping, groupings } from "./groups.js";
import { type PredictionIntervals, predictionIntervals } from "./predictionIntervals.js";
import { type Raters, raters } from "./raters.js";

export interface EvaluateRowsOptions {
  bandMonths: number;
  resamples: number;
  seed: number;
  referenceSd: ReferenceSd | null;
  /** The pictures that calibrate prediction intervals, and the name of their part; null for none. */
  calibration: { part: string; rows: readonly EvaluatedRow[] } | null;
}

/** What cannot be stated, and why. */
export interface Omission {
  what: string;
  why: string;
}

/** Ages in months; an error is prediction - truth. */
export interface EvaluationOfRows {
  /** All children, then by sex. */
  demographics: Demographics[];
  /** All children with a true bone age in each part of the split, predicted or not; empty without a split. */
  partDemographics: Demographics[];
  /** Errors of bone ages, with intervals. */
  ages: AgeEstimates;
  /** Bootstrap resamples that the intervals of all pictures are made of. */
  resamples: number;
  /** Bias and limits of agreement; null where they cannot be stated. */
  blandAltman: BlandAltman | null;
  /** Prediction over truth. */
  passingBablok: PassingBablok | null;
  /** Truth over prediction, by least squares. */
  calibration: FittedLine | null;
  /** How well the sex is predicted; null without predictions of it. */
  sex: SexEstimates | null;
  /** Errors by sex, age band and the columns of `by`. */
  groupings: Grouping[];
  /** MADs of the other columns of predicted ages. */
  variants: {
    /** The column of the CSV. */
    column: string;
    /** Rows that have a value in it. */
    pictures: number;
    /** Months. */
    mad: number;
  }[];
  /** How far raters agree with each other and with the model; null without `rater_` columns. */
  raters: Raters | null;
  /** Bone age against chronological age; null where the cohort has none. */
  chronological: Chronological | null;
  /** Null without calibration pictures. */
  intervals: PredictionIntervals | null;
  /** How precise the MAD is with these pictures, and how many make it precise to 0.3 months. */
  precision: {
    /** Half the width of the MAD's 95 % interval with these pictures, months. */
    halfWidth: number;
    /** The half width that is aimed at, months. */
    target: number;
    /** Pictures that are needed for it. */
    count: number;
  } | null;
  /** What cannot be stated, and why. */
  omissions: Omission[];
}

const TARGET_MONTHS = 0.3;

export function evaluateRows(cohort: CohortToEvaluate, options: EvaluateRowsOptions): EvaluationOfRows {
  const { rows, hasPatients } = cohort;
  const clusters = clustersOf(rows.map(({ patientId }) => patientId));
  const { calibration } = options;
  const bootstrap = { clusters, resamples: options.resamples, seed: options.seed };
  const predictions = rows.map(({ ageMonths }) => ageMonths);
  const truths = rows.map(({ truthMonths }) => truthMonths);
  const evaluation = {
    demographics: demographicsOf(rows, hasPatients),
    partDemographics: partDemographics(cohort.parts),
    ages: ageEstimates(predictions, truths, bootstrap),
    resamples: resamplesMade(clusters.count, options.resamples),
    blandAltman: blandAltman(predictions, truths),
    passingBablok: passingBablok(truths, predictions),
    calibration: leastSquares(predictions, truths),
    sex: sexOf(rows, bootstrap),
    groupings: groupings(cohort, options),
    variants: variantsOf(cohort),
    raters: raters(cohort),
    chronological: chronological(rows, options.referenceSd),
    intervals:
      calibration === null
        ? null
        : predictionIntervals(calibration.part, calibration.rows, rows, options.bandMonths),
    precision: precisionOf(predictions, truths),
  };
  return { ...evaluation, omissions: omissionsOf(options.resamples, cohort, clusters, evaluation) };
}

function demographicsOf(rows: readonly EvaluatedRow[], hasPatients: boolean): Demographics[] {
  const bySex = (sex: string, name: string) => {
    const some = rows.filter((row) => row.sex === sex);
    return some.length === 0 ? [] : [demographics(name, some, hasPatients)];
  };
  return [demographics("all", rows, hasPatients), ...bySex("F", "girls"), ...bySex("M", "boys")];
}

function sexOf(
  rows: readonly EvaluatedRow[],
  { resamples, seed }: { resamples: number; seed: number },
): SexEstimates | null {
  const known = rows.filter(({ sex, maleHat }) => sex !== null && maleHat !== null);
  if (known.length === 0) return null;
  return sexEstimates(
    known.map(({ maleHat }) => maleHat!),
    known.map(({ sex }) => (sex === "M" ? 1 : 0)),
    { clusters: clustersOf(known.map(({ patientId }) => patientId)), resamples, seed },
  );
}

function variantsOf({ rows, variants }: CohortToEvaluate): EvaluationOfRows["variants"] {
  return variants.map((column, i) => {
    const known = rows.filter((row) => row.variants[i] !== null);
    const mad = meanAbsoluteDeviation(
      known.map((row) => row.variants[i]!),
      known.map(({ truthMonths }) => truthMonths),
    );
    return { column, pictures: known.length, mad };
  });
}

function precisionOf(
  predictions: readonly number[],
  truths: readonly number[],
): EvaluationOfRows["precision"] {
  const sd = standardDeviation(truths.map((truth, i) => Math.abs(predictions[i]! - truth)));
  if (!(sd > 0)) return null;
  return {
    halfWidth: halfWidthOfMean(sd, truths.length),
    target: TARGET_MONTHS,
    count: countForHalfWidth(sd, TARGET_MONTHS),
  };
}

function omissionsOf(
  asked: number,
  { rows, raters: names }: CohortToEvaluate,
  { count }: Clusters,
  found: Omit<EvaluationOfRows, "omissions">,
): Omission[] {
  const omissions: Omission[] = [];
  const omit = (what: string, why: string, isOmitted: boolean) => {
    if (isOmitted) omissions.push({ what, why });
  };
  const sexes = new Set(rows.map(({ sex }) => sex));
  omit("Bootstrap intervals", `there are ${count} patients or pictures; at least 3 are needed`, count < 3);
  omit("Bland-Altman limits", "fewer than three pictures", found.blandAltman === null);
  omit(
    `${asked.toLocaleString("en-US")} bootstrap resamples`,
    `there are more than 10,000 pictures, so that ${found.resamples.toLocaleString("en-US")} are made`,
    found.resamples < asked,
  );
  const isConstant = Number.isNaN(found.ages.pearson.value);
  omit("Correlation", "the predictions or the truths are all the same", isConstant && rows.length > 1);
  omit(
    "Calibration slope",
    "the predictions are all the same, or there are fewer than three",
    found.calibration === null,
  );
  const isTooMany = rows.length > MOST_FOR_PASSING_BABLOK;
  const whyNoLine = isTooMany
    ? `it compares every two pictures, and is left out for more than ${MOST_FOR_PASSING_BABLOK}`
    : "fewer than three pictures, or all truths are the same";
  omit("Passing-Bablok regression", whyNoLine, found.passingBablok === null);
  const knowsSex = rows.some(({ maleHat }) => maleHat !== null);
  omit("Metrics of the predicted sex", "the predictions have no column of a predicted sex", !knowsSex);
  omit("Metrics of the predicted sex", "no sex is known", knowsSex && found.sex === null);
  const oneSex = found.sex !== null && found.sex.areaUnderRoc === null;
  omit("Area under the ROC curve", "all pictures are of one sex", oneSex);
  omit("A comparison of girls and boys", "all pictures are of one sex", sexes.size === 1 && !sexes.has(null));
  omit("A comparison of girls and boys", "no sex is known", sexes.size === 1 && sexes.has(null));
  omit("Human yardstick", "the annotations have no rater_* columns", names.length === 0);
  for (const { level, halfWidth } of found.intervals?.levels ?? [])
    omit(
      `Prediction intervals of ${100 * level} %`,
      `too few pictures calibrate them: ${found.intervals!.calibrationPictures}`,
      halfWidth === null,
    );
  omit("Chronological age", "no chronological_age column has ages", found.chronological === null);
  return omissions;
}
