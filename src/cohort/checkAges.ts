/** Bone ages that cannot be, and ages in years where months are meant. */
import type { CohortRow } from "../data/annotations.js";
import type { Findings } from "./findings.js";

/** Bones are mature before; the atlases end at 18 (girls) and 19 years. */
const OLDEST_MONTHS = 240;
/** No cohort of that many children is younger than 20 months throughout. */
const OLDEST_YEARS = 20;
const FEWEST = 10;

export class AgeCheck {
  private count = 0;
  private largest = Number.NEGATIVE_INFINITY;

  constructor(private readonly findings: Findings) {}

  add({ row, boneAgeMonths }: CohortRow, name: string): void {
    if (boneAgeMonths === null) return;
    this.count += 1;
    this.largest = Math.max(this.largest, boneAgeMonths);
    if (boneAgeMonths >= 0 && boneAgeMonths <= OLDEST_MONTHS) return;
    this.findings.add("age-implausible", row, `${name}: ${boneAgeMonths} months`);
  }

  /** After all rows: a single small age is a baby's, but not all of them. */
  finish(): void {
    if (this.count < FEWEST || this.largest > OLDEST_YEARS) return;
    this.findings.add(
      "age-unit",
      null,
      `none of ${this.count} is above ${this.largest}; bone_age is in months`,
    );
  }
}
