import type { ReadySample } from "../data/sample.js";
import type { Sex } from "../words.js";

export const PARTS = ["train", "val", "test"] as const;
/** A part of the split. */
export type Part = (typeof PARTS)[number];

/** A picture whose age and sex are known. */
export interface TrainingRow extends ReadySample {
  sex: Sex;
  boneAgeMonths: number;
  /** 1 male, 0 female. */
  male: 0 | 1;
  /** The bone age as the network returns it; float32. */
  ageZ: number;
}
