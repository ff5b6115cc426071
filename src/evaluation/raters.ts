/** The human yardstick: how far readers are from each other, and the model from each of them. */

import { meanAbsoluteDeviation } from "../statistics/deviations.js";
import { type Intraclass, intraclass } from "../statistics/intraclass.js";
import type { CohortToEvaluate, EvaluatedRow } from "./evaluatedRow.js";

export interface RaterPair {
  first: string;
  second: string;
  pictures: number;
  mad: number;
}

export interface Raters {
  names: string[];
  /** Every two raters. */
  betweenRaters: RaterPair[];
  /** The model against each rater. */
  model: RaterPair[];
  /** The mean of the MADs between raters, weighted by pictures; null for one rater. */
  interRaterMad: number | null;
  /** Of the pictures that all have read; null for one rater or fewer than three such pictures. */
  icc: Intraclass | null;
  completePictures: number;
}

/** Returns null for a cohort without `rater_*` columns. */
export function raters({ rows, raters: names }: CohortToEvaluate): Raters | null {
  if (names.length === 0) return null;
  const reading = (rater: number) => (row: EvaluatedRow) => row.raters[rater]!;
  const betweenRaters = names.flatMap((first, i) =>
    names.slice(i + 1).map((second, j) => pair(rows, first, second, reading(i), reading(i + 1 + j))),
  );
  const model = names.map((name, i) => pair(rows, "model", name, ({ ageMonths }) => ageMonths, reading(i)));
  const total = betweenRaters.reduce((sum, { pictures }) => sum + pictures, 0);
  const weighted = betweenRaters.reduce(
    (sum, { mad, pictures }) => sum + (pictures === 0 ? 0 : mad * pictures),
    0,
  );
  const complete = rows.filter((row) => row.raters.every((value) => value !== null));
  return {
    names,
    betweenRaters,
    model,
    interRaterMad: total === 0 ? null : weighted / total,
    icc: intraclass(names.map((_, i) => complete.map((row) => row.raters[i]!))),
    completePictures: complete.length,
  };
}

function pair(
  rows: readonly EvaluatedRow[],
  first: string,
  second: string,
  a: (row: EvaluatedRow) => number | null,
  b: (row: EvaluatedRow) => number | null,
): RaterPair {
  const both = rows.filter((row) => a(row) !== null && b(row) !== null);
  const mad = meanAbsoluteDeviation(
    both.map((row) => a(row)!),
    both.map((row) => b(row)!),
  );
  return { first, second, pictures: both.length, mad };
}
