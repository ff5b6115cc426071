/** The readings of several views of one picture as one: their mean, and what each of them is. */
import { mean } from "./ensembleReading.js";
import type { Reading } from "./reading.js";

/** What is predicted of one view of a picture. */
export interface ViewReading {
  /** The view: `rot=-10-no_flip`. */
  name: string;
  /** Bone age in months, bias-corrected, float32; the mean over the members of an ensemble. */
  ageMonths: number;
  /** Probability of male; null without a sex head. */
  sexHat: number | null;
}

/** What is predicted of all views; left out where there is one. */
interface WithViews {
  views?: readonly ViewReading[] | undefined;
}

/**
 * Returns the readings of a picture's views as one: bone age and probability of male are means over the views, and the
 * network's own output is that of the plain view. `readings` are in the order of `names`.
 */
export function combineViews(
  names: readonly string[],
  readings: readonly Reading[],
  plain: number,
): Reading & { views?: readonly ViewReading[] } {
  const own = readings[plain]!;
  if (readings.length === 1) return own;
  const views = readings.map(({ ageMonths, sexHat }, i) => ({ name: names[i]!, ageMonths, sexHat }));
  return { ...own, ...meanOf(views), views };
}

/** Returns the means over the members of an ensemble for each view; nothing where there is one view. */
export function meanViews(members: readonly WithViews[]): { views?: readonly ViewReading[] } {
  const names = members[0]?.views?.map(({ name }) => name);
  if (names === undefined) return {};
  return {
    views: names.map((name, i) => ({ name, ...meanOf(members.map(({ views }) => views![i]!)) })),
  };
}

function meanOf(readings: readonly Pick<Reading, "ageMonths" | "sexHat">[]) {
  const male = readings.map(({ sexHat }) => sexHat).filter((sexHat) => sexHat !== null);
  return {
    ageMonths: mean(readings.map(({ ageMonths }) => ageMonths)),
    sexHat: male.length === 0 ? null : mean(male),
  };
}
