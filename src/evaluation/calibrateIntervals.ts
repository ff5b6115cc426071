/** Split-conformal prediction intervals from the errors of calibration pictures, for a model's contract. */
import type { IntervalsField } from "../contract/intervalFields.js";
import { type BiasLine, corrected } from "../statistics/biasLine.js";
import { mondrianHalfWidths } from "../statistics/conformal.js";
import type { Sex } from "../words.js";
import type { PartPredictions } from "./partPredictions.js";

/** A group with fewer calibration pictures gets the half-width of the next larger one. */
export const FEWEST_OF_A_GROUP = 50;
export const INTERVAL_LEVELS = [0.8, 0.9, 0.95] as const;
/** Of an age band; bands are of predicted ages, which are known of every picture to come. */
export const BAND_MONTHS = 24;

export interface CalibrationPicture {
  ageMonths: number;
  truthMonths: number;
  sex: Sex | null;
}

/** The pictures of a part with a bone age each, corrected by the line of the sex. */
export function calibrationPictures(
  { rows }: PartPredictions,
  ages: readonly number[],
  lineOf: (sex: Sex | null) => BiasLine,
): CalibrationPicture[] {
  return rows.map(({ male, boneAgeMonths }, i) => {
    const sex = male === null ? null : male === 1 ? "M" : "F";
    return { ageMonths: Math.fround(corrected(ages[i]!, lineOf(sex))), truthMonths: boneAgeMonths, sex };
  });
}

/** Levels for which there are too few pictures are left out. */
export function calibrateIntervals(
  pictures: readonly CalibrationPicture[],
  bandMonths: number,
): IntervalsField {
  const errors = pictures.map(({ ageMonths, truthMonths }) => Math.abs(ageMonths - truthMonths));
  const bands = pictures.map(({ ageMonths }) => Math.floor(ageMonths / bandMonths));
  const levels = INTERVAL_LEVELS.flatMap((level) => {
    const widths = (names: string[]) => mondrianHalfWidths(errors, names, level, FEWEST_OF_A_GROUP);
    const { all, byGroup } = widths(pictures.map(({ sex }) => sex ?? ""));
    const cells = widths(pictures.map(({ sex }, i) => (sex === null ? "" : `${sex} ${bands[i]}`))).byGroup;
    if (all === null) return [];
    const groups = [...byGroup, ...[...cells].sort(([a], [b]) => (a < b ? -1 : 1))]
      .filter(([name]) => name !== "")
      .map(([name, halfWidth]) => {
        const [sex, band] = name.split(" ") as [Sex, string?];
        return { sex, ...(band === undefined ? {} : { band: Number(band) }), halfWidth };
      });
    return [{ level, halfWidth: all, groups }];
  });
  return { pictures: pictures.length, bandMonths, levels };
}

/** Returns the intervals that a model may get; null where there are too few pictures for it. */
export function intervalsForModel(pictures: readonly CalibrationPicture[]): IntervalsField | null {
  return pictures.length < FEWEST_OF_A_GROUP ? null : calibrateIntervals(pictures, BAND_MONTHS);
}
