/** Finds impossible bone ages, and ages in years instead of months. */
import { AgeUnit, isImpossible } from "../data/ageUnit.js";
import type { CohortRow } from "../data/annotations.js";
import type { Findings } from "./findings.js";

export class AgeCheck {
  private readonly unit = new AgeUnit();

  constructor(private readonly findings: Findings) {}

  add({ row, boneAgeMonths }: CohortRow, name: string): void {
    if (boneAgeMonths === null) return;
    this.unit.add(boneAgeMonths);
    if (isImpossible(boneAgeMonths))
      this.findings.add("age-implausible", row, `${name}: ${boneAgeMonths} months`);
  }

  /** Adds the findings about all rows. Call it after the last row. */
  finish(): void {
    if (this.unit.doubt !== null) this.findings.add("age-unit", null, this.unit.doubt);
  }
}
