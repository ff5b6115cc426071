/** Counts cells of a CSV that were converted, were not understood or are implausible, and keeps the first of each. */
import { BONE_AGE_MONTHS } from "../contract/plausible.js";
import { plural } from "../plural.js";
import { AgeUnit, isImpossible } from "./ageUnit.js";
import type { AnnotationOptions } from "./annotations.js";

export class ReadingNotes {
  private foreign = 0;
  private firstForeign = "";
  private ages = 0;
  private firstAge = "";
  private impossible = 0;
  private firstImpossible = "";
  private readonly unit = new AgeUnit();

  /** Callbacks for one reading of the file. */
  readonly watch = {
    onForeign: (text) => {
      if (this.foreign++ === 0) this.firstForeign = text;
    },
    onAge: (row, months) => {
      this.unit.add(months);
      if (isImpossible(months) && this.impossible++ === 0) this.firstImpossible = `row ${row}: ${months}`;
    },
    onUnreadAge: (row, text) => {
      if (this.ages++ === 0) this.firstAge = `row ${row}: "${text}"`;
    },
  } satisfies Pick<AnnotationOptions, "onForeign" | "onAge" | "onUnreadAge">;

  notes(): string[] {
    const notes: string[] = [];
    if (this.foreign > 0) {
      const cells = plural(this.foreign, "cell is", "cells are");
      notes.push(`${cells} not UTF-8 and read as Windows-1252 (the first: "${this.firstForeign}")`);
    }
    if (this.ages > 0) {
      const rows = plural(this.ages, "row has", "rows have");
      notes.push(`${rows} a bone_age that is not a number and is ignored (the first: ${this.firstAge})`);
    }
    if (this.impossible > 0) {
      const ages = plural(this.impossible, "bone age is", "bone ages are");
      const { least, most } = BONE_AGE_MONTHS;
      notes.push(`${ages} outside ${least} to ${most} months (the first: ${this.firstImpossible})`);
    }
    if (this.unit.doubt !== null) notes.push(`the bone ages look like years: ${this.unit.doubt}`);
    return notes;
  }
}
