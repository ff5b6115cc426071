import type { IntervalsField } from "../contract/intervalFields.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { CohortRun } from "./cohortRun.js";

/** How pictures are predicted, as far as it decides whether intervals hold. */
type How = Pick<CohortRun, "flip" | "rotationAngle"> & Partial<Pick<CohortRun, "ttaRot" | "ttaFlip">>;

/**
 * Returns a model's calibrated prediction intervals; null where it has none, or where it is used in another way than it was
 * calibrated in: against its own contract, on turned or mirrored pictures, or with the mean over views.
 */
export function usableIntervals(
  { contract: { predictionIntervals }, overridden }: BoneAgeModel,
  { flip, rotationAngle, ttaRot = false, ttaFlip = false }: How,
): IntervalsField | null {
  if (predictionIntervals === undefined || overridden.length > 0) return null;
  return flip || rotationAngle !== 0 || ttaRot || ttaFlip ? null : predictionIntervals;
}
