import type { ReadySample } from "../data/sample.js";
import type { Sex } from "../words.js";

export const PARTS = ["train", "val", "test"] as const;
/** A part of the split. */
export type Part = (typeof PARTS)[number];

/** A picture to learn from, with the truth that its kind of network learns. */
export type TrainingRow = AgeRow | MaskRow;

/** A picture whose age and sex are known. */
export interface AgeRow extends ReadySample {
  sex: Sex;
  boneAgeMonths: number;
  /** 1 male, 0 female. */
  male: 0 | 1;
  /** The bone age as the network returns it; float32. */
  ageZ: number;
}

/** A picture whose hand is marked by a mask. */
export interface MaskRow extends ReadySample {
  maskPath: string;
}

/** Returns a row of a run that learns ages; any other row here is a fault of this program. */
export function ageRow(row: TrainingRow): AgeRow {
  if ("ageZ" in row) return row;
  throw new TypeError(`row ${row.row} has no age`);
}
