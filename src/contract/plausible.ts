/**
 * What a model's contract may say of bone ages without being doubted. Nothing outside is refused: a model may be odd on
 * purpose. But a fit that went wrong, or a number in another unit, would change every prediction without a word.
 */
import type { Manifest, ManifestField } from "./manifest.js";

/** Bone ages that children have, with a year to spare; months. */
export const BONE_AGE_MONTHS = { least: 0, most: 240 } as const;

/** Where corrections are held against each other: the middle of childhood, about the mean of all public cohorts. */
const MIDDLE_MONTHS = 120;

/**
 * The published members have slopes of 0.04 to 0.10 and change ten years by less than a month. A line that takes away or
 * adds half of what a network says, or moves ten years by three, is no correction of a bias: the network has not learnt
 * ages (a slope of about -1 / (1 - r²) or worse is what a fit to nearly constant predictions gives), or the line is in z.
 */
const MOST_SLOPE = 0.5;
const MOST_CORRECTION_MONTHS = 36;

/** A line in z-scores has an intercept near 0; one in months that moves ten years this far has not. */
const LEAST_INTERCEPT_MONTHS = 1;
const MOST_WITHOUT_INTERCEPT_MONTHS = 3;

/** In years the mean of a cohort is below 20, its SD below 6; over all of childhood, evenly, the SD is 66 months. */
const MEAN_MONTHS = { least: 24, most: 216 } as const;
const SD_MONTHS = { least: 6, most: 80 } as const;

export interface Doubt {
  field: ManifestField;
  /** Why, with the number. */
  text: string;
}

const isWithin = (value: number, { least, most }: { least: number; most: number }) =>
  value >= least && value <= most;
const short = (value: number) => String(Number(value.toPrecision(4)));

/** Whether `months - (slope * months + intercept)` can be the correction of a bias; else why not. */
export function correctionDoubt(slope: number, intercept: number): Doubt | null {
  const middle = slope * MIDDLE_MONTHS + intercept;
  if (!(Math.abs(slope) <= MOST_SLOPE)) {
    const text = `a bias slope of ${short(slope)} multiplies bone ages by ${short(1 - slope)}; up to ±${MOST_SLOPE} is plausible`;
    return { field: "biasSlope", text };
  }
  if (!(Math.abs(middle) <= MOST_CORRECTION_MONTHS)) {
    const text =
      `bias slope ${short(slope)} and intercept ${short(intercept)} months move a bone age of ten years by ` +
      `${short(-middle)} months; up to ±${MOST_CORRECTION_MONTHS} is plausible`;
    return { field: "biasIntercept", text };
  }
  return null;
}

/** Whether a line that is said to be in months looks like one in z-scores; what was fitted here is not asked. */
function unitDoubt(slope: number, intercept: number): Doubt | null {
  const middle = slope * MIDDLE_MONTHS + intercept;
  if (Math.abs(intercept) >= LEAST_INTERCEPT_MONTHS || Math.abs(middle) <= MOST_WITHOUT_INTERCEPT_MONTHS)
    return null;
  const text =
    `bias slope ${short(slope)} with intercept ${short(intercept)} moves a bone age of ten years by ${short(-middle)} ` +
    "months: in months a slope has an intercept against it; is this line in z-scores?";
  return { field: "biasIntercept", text };
}

/** What of a contract is to be doubted; fields that it lacks are not. */
export function contractDoubts({
  ageUnit,
  ageMeanMonths,
  ageSdMonths,
  biasSlope = 0,
  biasIntercept = 0,
}: Manifest): Doubt[] {
  const doubts: Doubt[] = [];
  const scale = [
    ["ageMeanMonths", "a mean", ageMeanMonths, MEAN_MONTHS],
    ["ageSdMonths", "an SD", ageSdMonths, SD_MONTHS],
  ] as const;
  for (const [field, name, value, { least, most }] of scale) {
    if (ageUnit === "months" || value === undefined || isWithin(value, { least, most })) continue;
    const years = value < least ? "; is it in years?" : "";
    const text = `${name} of bone ages of ${short(value)} months; ${least} to ${most} is plausible${years}`;
    doubts.push({ field, text });
  }
  const correction = correctionDoubt(biasSlope, biasIntercept) ?? unitDoubt(biasSlope, biasIntercept);
  return correction === null ? doubts : [...doubts, correction];
}
