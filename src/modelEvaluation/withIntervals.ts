/** Prediction intervals as columns of a part's CSV. */
import { ageIntervals } from "../boneAge/ageIntervals.js";
import { float32Text } from "../data/numberText.js";
import { calibrateIntervals, calibrationPictures } from "../evaluation/calibrateIntervals.js";
import type { Corrections } from "../evaluation/corrections.js";
import { meanAges, type PartPredictions } from "../evaluation/partPredictions.js";
import { intervalColumns } from "../predictionFiles/fields.js";
import { NO_BIAS } from "../statistics/biasLine.js";

/**
 * Returns a part with columns for its intervals, those of the most corrected column; the same part where no pictures
 * calibrate them.
 */
export function withIntervals(
  part: PartPredictions,
  calibrating: PartPredictions | undefined,
  corrections: Corrections | null,
  bandMonths: number,
): PartPredictions {
  if (calibrating === undefined) return part;
  const line = corrections?.mean ?? NO_BIAS;
  const picturesOf = (one: PartPredictions) => calibrationPictures(one, meanAges(one), () => line);
  const intervals = calibrateIntervals(picturesOf(calibrating), bandMonths);
  const { columns = [], rows = [] } = part.further ?? {};
  const cells = picturesOf(part).map(({ ageMonths, sex }) =>
    ageIntervals(ageMonths, sex, intervals).intervals!.flatMap(({ lowMonths, highMonths }) =>
      [lowMonths, highMonths].map(float32Text),
    ),
  );
  return {
    ...part,
    further: {
      columns: [...columns, ...intervals.levels.flatMap(({ level }) => intervalColumns(level))],
      rows: cells.map((own, i) => [...(rows[i] ?? []), ...own]),
    },
  };
}
