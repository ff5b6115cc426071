/** The bias correction that follows from predictions, and whether it may go into a model. */
import { correctionDoubt } from "../contract/plausible.js";
import { type BiasLine, corrected, fitBiasLine, NO_BIAS } from "../statistics/biasLine.js";
import { meanAbsoluteDeviation } from "../statistics/deviations.js";
import { meanAges, type PartPredictions, plainAges, trueAges } from "./partPredictions.js";

/** The lines that correct predictions, in months: one is fitted to the plain view, one to the mean over the views. */
export interface Corrections {
  plain: BiasLine;
  mean: BiasLine;
}

/** A line through fewer points follows their noise. */
const FEWEST_PICTURES = 8;

/** Fits both lines. The reference fits them to the training predictions. */
export function fitCorrections(part: PartPredictions): Corrections {
  const truths = trueAges(part);
  return { plain: fitBiasLine(plainAges(part), truths), mean: fitBiasLine(meanAges(part), truths) };
}

/** Whether there are two lines: constant predictions have none. */
export function areFinite({ plain, mean }: Corrections): boolean {
  return Number.isFinite(plain.slope) && Number.isFinite(mean.slope);
}

/** Returns why a line must not go into the model; null if it may. `train` is what the line was fitted to. */
export function correctionFault(
  line: BiasLine,
  { train, val }: { train?: PartPredictions | undefined; val?: PartPredictions | undefined },
): string | null {
  const count = train?.rows.length ?? 0;
  if (count < FEWEST_PICTURES)
    return `it was fitted to ${count} picture(s); at least ${FEWEST_PICTURES} are needed`;
  const doubt = correctionDoubt(line.slope, line.intercept);
  if (doubt !== null) return doubt.text;
  if (val === undefined) return null;
  // `predict` will correct the picture as it is.
  const [before, after] = [plainMad(val, NO_BIAS), plainMad(val, line)];
  if (after < before) return null;
  return `it does not improve validation: MAD ${after.toFixed(2)} months with it, ${before.toFixed(2)} without`;
}

function plainMad(part: PartPredictions, line: BiasLine): number {
  const ages = plainAges(part).map((age) => corrected(age, line));
  return meanAbsoluteDeviation(ages, trueAges(part));
}
