/** What a CSV said that was read otherwise, or not at all, without a row being lost: counted, with the first. */
import { plural } from "../plural.js";
import type { AnnotationOptions } from "./annotations.js";

export class ReadingNotes {
  private foreign = 0;
  private firstForeign = "";
  private ages = 0;
  private firstAge = "";

  /** To be handed to one reading of the file. */
  readonly watch = {
    onForeign: (text) => {
      if (this.foreign++ === 0) this.firstForeign = text;
    },
    onUnreadAge: (row, text) => {
      if (this.ages++ === 0) this.firstAge = `row ${row}: "${text}"`;
    },
  } satisfies Pick<AnnotationOptions, "onForeign" | "onUnreadAge">;

  notes(): string[] {
    const notes: string[] = [];
    if (this.foreign > 0) {
      const cells = plural(this.foreign, "cell is", "cells are");
      notes.push(`${cells} not UTF-8 and taken for Windows-1252 (the first: "${this.firstForeign}")`);
    }
    if (this.ages > 0) {
      const rows = plural(this.ages, "row has", "rows have");
      notes.push(
        `${rows} a bone_age that is no number and count as without one (the first: ${this.firstAge})`,
      );
    }
    return notes;
  }
}
