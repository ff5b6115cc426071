/** Bone ages in years where months are meant, and those that no child has. */
import { BONE_AGE_MONTHS } from "../contract/plausible.js";

/** No cohort of that many children is younger than 20 months throughout. */
const OLDEST_YEARS = 20;
const FEWEST = 10;

export const isImpossible = (months: number) =>
  months < BONE_AGE_MONTHS.least || months > BONE_AGE_MONTHS.most;

/** Sees all ages of a cohort: a single small one is a baby's, but not all of them. */
export class AgeUnit {
  private count = 0;
  private largest = Number.NEGATIVE_INFINITY;

  add(months: number): void {
    this.count += 1;
    this.largest = Math.max(this.largest, months);
  }

  /** What speaks for years; null where nothing does. */
  get doubt(): string | null {
    if (this.count < FEWEST || this.largest > OLDEST_YEARS) return null;
    return `none of ${this.count} is above ${Number(this.largest.toFixed(2))}; bone ages are in months`;
  }
}
