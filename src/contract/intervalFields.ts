/** Prediction intervals of a bone-age model. Calibration writes them, never a person. */
import { z } from "zod";
import type { Sex } from "../words.js";

const months = z.number().nonnegative();

export const intervalFields = {
  predictionIntervals: z
    .strictObject({
      /** The pictures whose errors calibrated them. */
      pictures: z.int().min(1),
      /** Width of an age band. */
      bandMonths: z.number().positive(),
      levels: z.array(
        z.strictObject({
          level: z.number().gt(0).lt(1),
          /** For a picture of no group. */
          halfWidth: months,
          /** A sex, or a sex within a band of predicted ages, numbered from age 0. */
          groups: z.array(
            z.strictObject({ sex: z.enum(["F", "M"]), band: z.int().optional(), halfWidth: months }),
          ),
        }),
      ),
    })
    .meta({
      description:
        "half-widths of prediction intervals in months, by level, sex and band of predicted ages; written by calibration",
    }),
};

/** Prediction intervals: predicted age ± a half-width. */
export type IntervalsField = z.infer<(typeof intervalFields)["predictionIntervals"]>;

/** The half-width for a predicted age: that of the sex and age band, else that of the sex, else that of all. */
export function halfWidthFor(
  { levels, bandMonths }: Pick<IntervalsField, "levels" | "bandMonths">,
  level: number,
  { ageMonths, sex }: { ageMonths: number; sex: Sex | null },
): number {
  const { groups, halfWidth } = levels[level]!;
  const band = Math.floor(ageMonths / bandMonths);
  const own = groups.filter((group) => group.sex === sex && (group.band ?? band) === band);
  return (own.find((group) => group.band !== undefined) ?? own[0])?.halfWidth ?? halfWidth;
}
