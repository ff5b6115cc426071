/** The cohort by sex, by age band and by the values of columns. */

import { type AgeEstimates, ageEstimates } from "../statistics/ageEstimates.js";
import { clustersOf } from "../statistics/clusters.js";
import type { CohortToEvaluate, EvaluatedRow } from "./evaluatedRow.js";

/** Smaller groups are marked. */
export const SMALL_GROUP = 30;
/** Of the values of a column, the most frequent ones are shown. */
const MOST_GROUPS = 40;

export interface Group extends Pick<AgeEstimates, "mad" | "medianError" | "rmse" | "me" | "within12"> {
  name: string;
  pictures: number;
  /** Fewer than 30 pictures. */
  isSmall: boolean;
}

export interface Grouping {
  /** `sex`, `age`, or a column. */
  by: string;
  groups: Group[];
  /** Values that are left out, because there are too many. */
  omitted: number;
}

export interface GroupOptions {
  bandMonths: number;
  resamples: number;
  seed: number;
}

export function groupings(cohort: CohortToEvaluate, options: GroupOptions): Grouping[] {
  const { rows, by } = cohort;
  const bands = (row: EvaluatedRow) => bandOf(row.truthMonths, options.bandMonths);
  return [
    grouping(
      "sex",
      rows,
      ({ sex }) => (sex === "M" ? "boys" : sex === "F" ? "girls" : "sex unknown"),
      options,
    ),
    grouping("age", rows, bands, options),
    ...by.map((column, i) => grouping(column, rows, (row) => row.by[i]!, options)),
  ];
}

/** The years of a band: `4 to 6 years`. */
export function bandOf(months: number, bandMonths: number): string {
  const first = Math.floor(months / bandMonths);
  const years = (count: number) => String(Math.round((count * bandMonths * 10) / 12) / 10);
  return `${years(first)}–${years(first + 1)} years`;
}

function grouping(
  by: string,
  rows: readonly EvaluatedRow[],
  nameOf: (row: EvaluatedRow) => string,
  options: GroupOptions,
): Grouping {
  const members = new Map<string, EvaluatedRow[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const group = members.get(name) ?? [];
    group.push(row);
    members.set(name, group);
  }
  const all = [...members].sort(by === "age" ? byYoungest : bySize);
  const shown = all.slice(0, MOST_GROUPS);
  return {
    by,
    groups: shown.map(([name, group]) => estimated(name, group, options)),
    omitted: all.length - shown.length,
  };
}

type Named = [string, EvaluatedRow[]];
const byYoungest = ([, a]: Named, [, b]: Named) => a[0]!.truthMonths - b[0]!.truthMonths;
const bySize = ([nameA, a]: Named, [nameB, b]: Named) => b.length - a.length || (nameA < nameB ? -1 : 1);

function estimated(name: string, rows: readonly EvaluatedRow[], { resamples, seed }: GroupOptions): Group {
  const { mad, medianError, rmse, me, within12 } = ageEstimates(
    rows.map(({ ageMonths }) => ageMonths),
    rows.map(({ truthMonths }) => truthMonths),
    { clusters: clustersOf(rows.map(({ patientId }) => patientId)), resamples, seed },
  );
  const isSmall = rows.length < SMALL_GROUP;
  return { name, pictures: rows.length, isSmall, mad, medianError, rmse, me, within12 };
}
