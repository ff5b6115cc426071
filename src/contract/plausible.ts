/**
 * Plausible values of the fields about bone ages. Others are not refused, because a model may be unusual on purpose. But a
 * bad fit, or a number in another unit, would silently change every prediction.
 */
import type { Manifest, ManifestField } from "./manifest.js";

/** The bone ages of children in months, with a year to spare. */
export const BONE_AGE_MONTHS = { least: 0, most: 240 } as const;

/** The age at which corrections are compared: the middle of childhood, about the mean of all public cohorts. */
const MIDDLE_MONTHS = 120;

/**
 * The published members have slopes of 0.04 to 0.10 and change ten years by less than a month. A line that adds or removes
 * half of a network's output, or moves ten years by three, is not the correction of a bias: either the network has not
 * learnt ages (a fit to nearly constant predictions has a slope of about -1 / (1 - r²) or worse), or the line is in z.
 */
const MOST_SLOPE = 0.5;
const MOST_CORRECTION_MONTHS = 36;

/** A line in z-scores has an intercept near 0; one in months that moves ten years this far has not. */
const LEAST_INTERCEPT_MONTHS = 1;
const MOST_WITHOUT_INTERCEPT_MONTHS = 3;

/** In years the mean of a cohort is below 20, its SD below 6; over all of childhood, evenly, the SD is 66 months. */
const MEAN_MONTHS = { least: 24, most: 216 } as const;
const SD_MONTHS = { least: 6, most: 80 } as const;

/** An implausible value of a contract. */
export interface Doubt {
  /** The field with the value. */
  field: ManifestField;
  /** Why, with the number. */
  text: string;
}

const isWithin = (value: number, { least, most }: { least: number; most: number }) =>
  value >= least && value <= most;
const short = (value: number) => String(Number(value.toPrecision(4)));

/** Returns why `months - (slope * months + intercept)` cannot be the correction of a bias; null if it can. */
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

/** Returns a doubt if a line in months looks like a line in z-scores. Lines that were fitted here are not checked. */
function unitDoubt(slope: number, intercept: number): Doubt | null {
  const middle = slope * MIDDLE_MONTHS + intercept;
  if (Math.abs(intercept) >= LEAST_INTERCEPT_MONTHS || Math.abs(middle) <= MOST_WITHOUT_INTERCEPT_MONTHS)
    return null;
  const text =
    `bias slope ${short(slope)} with intercept ${short(intercept)} moves a bone age of ten years by ${short(-middle)} ` +
    "months: in months a slope has an intercept against it; is this line in z-scores?";
  return { field: "biasIntercept", text };
}

/** Returns the implausible values of a contract; missing fields are no doubt. */
export function contractDoubts({
  ageUnit,
  ageMeanMonths,
  ageSdMonths,
  biasSlope = 0,
  biasIntercept = 0,
  biasFemale,
  biasMale,
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
  const lines = [[biasSlope, biasIntercept] as const, biasFemale, biasMale];
  for (const line of lines) {
    const correction = line && (correctionDoubt(...line) ?? unitDoubt(...line));
    if (correction) doubts.push(correction);
  }
  return doubts;
}
