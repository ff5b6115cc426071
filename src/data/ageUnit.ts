/** Finds bone ages that are given in years instead of months, and ages that no child has. */
import { BONE_AGE_MONTHS } from "../contract/plausible.js";

/** In a cohort of at least 10 children, one is older than 20 months; no child is older than 20 years. */
const OLDEST_YEARS = 20;
const FEWEST = 10;

/** Returns whether no child has this bone age. */
export const isImpossible = (months: number) =>
  months < BONE_AGE_MONTHS.least || months > BONE_AGE_MONTHS.most;

/** Collects the bone ages of a cohort. One small age may be a baby's, but not all of them. */
export class AgeUnit {
  private count = 0;
  private largest = Number.NEGATIVE_INFINITY;

  add(months: number): void {
    this.count += 1;
    this.largest = Math.max(this.largest, months);
  }

  /** Why the ages look like years; null if they do not. */
  get doubt(): string | null {
    if (this.count < FEWEST || this.largest > OLDEST_YEARS) return null;
    return `none of ${this.count} is above ${Number(this.largest.toFixed(2))}; bone ages are in months`;
  }
}
