/** The prediction intervals of a bone age. */
import { halfWidthFor, type IntervalsField } from "../contract/intervalFields.js";
import type { Sex } from "../words.js";

/** An interval that holds the true bone age with a probability. */
export interface AgeInterval {
  /** The probability: 0.9. */
  level: number;
  /** Months, float32. */
  lowMonths: number;
  /** Months, float32. */
  highMonths: number;
}

/** Returns the intervals of a predicted age, in the order of the levels; nothing for a model without. */
export function ageIntervals(
  ageMonths: number,
  sex: Sex | null,
  intervals: IntervalsField | null,
): { intervals?: readonly AgeInterval[] } {
  if (intervals === null) return {};
  const found = intervals.levels.map(({ level }, i) => {
    const half = halfWidthFor(intervals, i, { ageMonths, sex });
    return { level, lowMonths: Math.fround(ageMonths - half), highMonths: Math.fround(ageMonths + half) };
  });
  return { intervals: found };
}
