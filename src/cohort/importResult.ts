/** The result of an import: rows for an annotation CSV, and what was left out and why. */
import type { Sex } from "../data/annotations.js";

/** A row for an annotation CSV. */
export interface ImportedRow {
  /** File name of the picture. */
  imageId: string;
  /** Folder of the picture below the image root, with `/`; empty for the root itself. */
  dir: string;
  /** Number or name of the patient in the data set. */
  patientId: string;
  /** Null where the data set does not state it. */
  sex: Sex | null;
  /** Bone age in months; null where it is not known. */
  boneAgeMonths: number | null;
  /** The part in the data set's own split, if it has one. */
  part?: "train" | "val" | "test";
  /** Further columns. */
  more?: Readonly<Record<string, string>>;
}

/** What was left out for one reason. */
export interface LeftOut {
  /** The reason. */
  why: string;
  /** Number of rows or pictures. */
  count: number;
  /** The first few. */
  examples: string[];
}

const EXAMPLES = 5;

export class ImportResult {
  readonly rows: ImportedRow[] = [];
  /** Notes for users of the rows. */
  readonly notes: string[] = [];
  private readonly reasons = new Map<string, LeftOut>();
  /** Number of rows that were left out because they cannot be used; unwanted rows do not count. */
  unusable = 0;

  /** Leaves out something that cannot be used. */
  skip(why: string, what: string): void {
    this.unusable += 1;
    this.leaveOut(why, what);
  }

  /** Leaves out something that is not wanted or not part of this data set. */
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
