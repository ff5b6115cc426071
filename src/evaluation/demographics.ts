import { mean } from "../statistics/mean.js";
import { ascending, quantileOfSorted } from "../statistics/quantile.js";
import { standardDeviation } from "../statistics/standardDeviation.js";
import type { CohortPart } from "./evaluatedRow.js";

/** Who is in a cohort, or in a part of it. Ages are the true bone ages, in months. */
export interface Demographics {
  name: string;
  pictures: number;
  /** Null where the files name no patients. */
  patients: number | null;
  girls: number;
  boys: number;
  meanAge: number;
  sdAge: number;
  quartiles: [number, number, number];
  youngest: number;
  oldest: number;
}

export function demographics(name: string, rows: CohortPart["children"], hasPatients: boolean): Demographics {
  const ages = ascending(rows.map(({ truthMonths }) => truthMonths));
  const patients = new Set(rows.map(({ patientId }, i) => patientId || `row ${i}`));
  const count = (wanted: string) => rows.filter(({ sex }) => sex === wanted).length;
  return {
    name,
    pictures: rows.length,
    patients: hasPatients ? patients.size : null,
    girls: count("F"),
    boys: count("M"),
    meanAge: mean(ages),
    sdAge: standardDeviation(ages),
    quartiles: [0.25, 0.5, 0.75].map((share) => quantileOfSorted(ages, share)) as [number, number, number],
    youngest: ages[0]!,
    oldest: ages.at(-1)!,
  };
}

/** Of each part of the split, the largest first. */
export function partDemographics(parts: readonly CohortPart[]): Demographics[] {
  const bySize = [...parts].sort((a, b) => b.children.length - a.children.length);
  return bySize.map(({ name, children }) => {
    const hasPatients = children.some(({ patientId }) => patientId !== "");
    return demographics(name, children, hasPatients);
  });
}
