/** Predictions of a part of the split, view by view, and what follows from them. Bone ages in months. */

import { mean } from "../boneAge/ensembleReading.js";
import { csvLines } from "../data/csvLines.js";
import { decimalText, float32Text } from "../data/numberText.js";
import { type Bias, corrected, fitBias } from "../training/hooks/epochMetrics.js";
import { PLAIN_VIEW } from "./views.js";

export interface PredictedRow {
  /** Below the image root: `<dir>/<image_ID>`. */
  filename: string;
  male: 0 | 1;
  boneAgeMonths: number;
  /** Predicted bone age of each view, not corrected. */
  ageMonths: number[];
  /** Predicted probability of male of each view; null for a network without a sex head. */
  maleHat: number[] | null;
}

export interface PartPredictions {
  /** Names of the views, in the order of a row's predictions. */
  views: readonly string[];
  rows: readonly PredictedRow[];
}

/** Lines that predictions are corrected by: one fitted to the plain view, one to the mean over the views. */
export interface Corrections {
  plain: Bias;
  mean: Bias;
}

const plainOf = ({ views }: PartPredictions) => {
  const index = views.indexOf(PLAIN_VIEW);
  return ({ ageMonths }: PredictedRow) => ageMonths[index]!;
};

/** Fit both lines; the reference does it on the training predictions. */
export function fitCorrections(part: PartPredictions): Corrections {
  const truths = part.rows.map(({ boneAgeMonths }) => boneAgeMonths);
  return {
    plain: fitBias(part.rows.map(plainOf(part)), truths),
    mean: fitBias(
      part.rows.map(({ ageMonths }) => mean(ageMonths)),
      truths,
    ),
  };
}

/** Mean absolute difference of the plain view, corrected by a line; months. */
export function plainMad(part: PartPredictions, bias: Bias): number {
  const plain = plainOf(part);
  return madOf(part.rows, (row) => corrected(plain(row), bias));
}

const madOf = (rows: readonly PredictedRow[], predicted: (row: PredictedRow) => number) =>
  rows.reduce((sum, row) => sum + Math.abs(predicted(row) - row.boneAgeMonths), 0) / rows.length;

export interface PartSummary {
  pictures: number;
  /** Mean absolute difference in months: of the plain view, of that corrected, and of the mean of all views corrected. */
  mad: number;
  madReg: number | null;
  madRegTta: number | null;
  /** Null for a network without a sex head. */
  sexAccuracy: number | null;
}

/** Null corrections: none were fitted. */
export function summarisePart(part: PartPredictions, corrections: Corrections | null): PartSummary {
  const { rows } = part;
  const plain = plainOf(part);
  const mad = (predicted: (row: PredictedRow) => number) => madOf(rows, predicted);
  const rightSex = rows.filter(
    ({ maleHat, male }) => maleHat !== null && (mean(maleHat) > 0.5 ? 1 : 0) === male,
  );
  return {
    pictures: rows.length,
    mad: mad(plain),
    madReg: corrections && mad((row) => corrected(plain(row), corrections.plain)),
    madRegTta: corrections && mad(({ ageMonths }) => corrected(mean(ageMonths), corrections.mean)),
    sexAccuracy: rows.some(({ maleHat }) => maleHat === null) ? null : rightSex.length / rows.length,
  };
}

/** The reference's `predictions/<part>_pred.csv`. */
export function predictionsCsv(part: PartPredictions, corrections: Corrections | null): string {
  const hasSex = part.rows.every(({ maleHat }) => maleHat !== null);
  const ofBoth = (suffix: string) => (hasSex ? [`y_hat${suffix}`, `male_hat${suffix}`] : [`y_hat${suffix}`]);
  const regressed = corrections === null ? [] : ["y_hat_reg", "y_hat_reg_tta"];
  const header = [
    "",
    "filename",
    "male",
    "y",
    ...part.views.flatMap((view) => ofBoth(`-${view}`)),
    ...ofBoth(""),
  ];
  const plain = plainOf(part);
  const lines = part.rows.map((row, i) => {
    const { ageMonths, maleHat } = row;
    const both = (view: number) =>
      maleHat === null ? [ageMonths[view]!] : [ageMonths[view]!, maleHat[view]!];
    const means = maleHat === null ? [mean(ageMonths)] : [mean(ageMonths), mean(maleHat)];
    const numbers = [...part.views.keys()].flatMap(both).concat(means);
    if (corrections !== null) {
      const correctedBoth = [
        corrected(plain(row), corrections.plain),
        corrected(mean(ageMonths), corrections.mean),
      ];
      numbers.push(...correctedBoth.map(Math.fround));
    }
    const place = [
      String(i),
      row.filename,
      row.male === 1 ? "1.0" : "0.0",
      decimalText(String(row.boneAgeMonths)),
    ];
    return [...place, ...numbers.map(float32Text)];
  });
  return csvLines([[...header, ...regressed], ...lines]);
}
