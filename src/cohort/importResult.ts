/** What an import makes of a public data set: rows for an annotation CSV, and what was left out and why. */
import type { Sex } from "../data/annotations.js";

export interface ImportedRow {
  imageId: string;
  /** Folder of the picture below the image root, with `/`; empty for the root itself. */
  dir: string;
  patientId: string;
  sex: Sex | null;
  boneAgeMonths: number | null;
  /** The part of the data set's own split, where it has one. */
  part?: "train" | "val" | "test";
  /** Further columns. */
  more?: Readonly<Record<string, string>>;
}

export interface LeftOut {
  why: string;
  count: number;
  /** The first few. */
  examples: string[];
}

const EXAMPLES = 5;

export class ImportResult {
  readonly rows: ImportedRow[] = [];
  /** What somebody should know who uses the rows. */
  readonly notes: string[] = [];
  private readonly reasons = new Map<string, LeftOut>();
  /** Rows that were left out because they could not be used; those that were not wanted do not count. */
  unusable = 0;

  /** Leave something out that cannot be used. */
  skip(why: string, what: string): void {
    this.unusable += 1;
    this.leaveOut(why, what);
  }

  /** Leave something out that is not wanted, or not of this data set. */
  leaveOut(why: string, what: string): void {
    const known = this.reasons.get(why) ?? { why, count: 0, examples: [] };
    known.count += 1;
    if (known.examples.length < EXAMPLES) known.examples.push(what);
    this.reasons.set(why, known);
  }

  get leftOut(): LeftOut[] {
    return [...this.reasons.values()];
  }
}
