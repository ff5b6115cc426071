/** What is predicted of one picture, and what is checked before. */
import { combineReadings, type EnsembleReading } from "../boneAge/ensembleReading.js";
import type { Reading } from "../boneAge/reading.js";
import { BONE_AGE_MONTHS, contractDoubts } from "../contract/plausible.js";
import { DeeplasiaError } from "../errors.js";
import type { Outcome } from "../inference/block.js";
import type { BoneAgeModel } from "../model/model.js";
import { isOutside } from "../records/ageWatch.js";
import { type FactsOfChild, factsOfChild } from "../records/factsOfChild.js";
import type { Members } from "./members.js";

interface PredictedPicture extends FactsOfChild {
  /**
   * What is worth knowing of the picture or its mask, though they could be used: "only page 1 of 3 is read"; of a model's
   * contract and of an age that are implausible.
   */
  notes: string[];
}

/** The prediction of one model for a picture. */
export interface ImagePrediction extends Reading, PredictedPicture {}

/** The prediction of an ensemble for a picture. */
export interface EnsembleImagePrediction extends EnsembleReading, PredictedPicture {}

/**
 * Checks that the mask is there for networks that need it.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_MASK_MISSING.
 */
export function requireMask(
  models: readonly BoneAgeModel[],
  sexModel: BoneAgeModel | undefined,
  hasMask: boolean,
): void {
  const needsMask = [...models, sexModel].some((model) => model?.contract.maskNeeded === true);
  if (needsMask && !hasMask) {
    throw new DeeplasiaError("ERR_DEEPLASIA_MASK_MISSING", "this model needs the mask of the hand", {
      remedy: "Pass mask: it was trained on masked hands.",
    });
  }
}

/**
 * Returns the prediction that an outcome holds.
 *
 * @param file The picture's, where it is one.
 * @throws DeeplasiaError The first member's that could not predict the picture.
 */
export function imagePrediction(
  { list, names }: Members,
  outcome: Outcome,
  file: string | undefined,
): ImagePrediction | EnsembleImagePrediction {
  const { readings, notes } = outcome;
  const failed = readings.find((reading) => reading instanceof DeeplasiaError);
  if (failed !== undefined) throw failed.at({ file });
  const read = readings as Reading[];
  const reading = names === null ? read[0]! : combineReadings(names, read);
  const doubts = [
    ...list.flatMap(({ contract }) => contractDoubts(contract)),
    ...ageDoubts(reading.ageMonths),
  ];
  return { ...reading, ...factsOfChild(outcome), notes: [...notes, ...doubts].map(({ text }) => text) };
}

function ageDoubts(ageMonths: number): { text: string }[] {
  const { least, most } = BONE_AGE_MONTHS;
  return isOutside(ageMonths)
    ? [{ text: `a bone age lies within ${least} to ${most} months; this one does not` }]
    : [];
}
