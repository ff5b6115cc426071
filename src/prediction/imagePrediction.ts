/** What is predicted of one picture, and what is checked before. */
import { combineReadings, type EnsembleReading } from "../boneAge/ensembleReading.js";
import type { Reading } from "../boneAge/reading.js";
import { BONE_AGE_MONTHS, contractDoubts } from "../contract/plausible.js";
import { DeeplasiaError } from "../errors.js";
import type { Outcome } from "../inference/block.js";
import type { BoneAgeModel } from "../model/model.js";
import { isOutside } from "../records/ageWatch.js";
import type { Sex } from "../words.js";
import type { Members } from "./members.js";

interface PredictedPicture {
  /** The sex that was used; null where nobody gave one. */
  sex: Sex | null;
  /** Whether the sex model predicted `sex`. */
  sexPredicted: boolean;
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

/** What is known of a picture before it is read. */
export interface KnownOfPicture {
  sex: Sex | null | undefined;
  hasMask: boolean;
}

/**
 * Checks that the sex and the mask are there for networks that need them.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_SEX, _MASK_MISSING.
 */
export function requireSexAndMask(
  models: readonly BoneAgeModel[],
  sexModel: BoneAgeModel | undefined,
  { sex, hasMask }: KnownOfPicture,
): void {
  const needsSex = models.some(({ contract }) => contract.sexEncoding !== "none");
  if (sex === undefined && sexModel === undefined && needsSex) {
    throw new DeeplasiaError("ERR_DEEPLASIA_SEX", "this model needs the sex of the child", {
      remedy: 'Pass sex, "F" or "M", or a sexModel.',
    });
  }
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
  { sex, sexPredicted, readings, notes }: Outcome,
  file: string | undefined,
): ImagePrediction | EnsembleImagePrediction {
  const failed = readings.find((reading) => reading instanceof DeeplasiaError);
  if (failed !== undefined) throw failed.at({ file });
  const read = readings as Reading[];
  const reading = names === null ? read[0]! : combineReadings(names, read);
  const doubts = [
    ...list.flatMap(({ contract }) => contractDoubts(contract)),
    ...ageDoubts(reading.ageMonths),
  ];
  return { ...reading, sex, sexPredicted, notes: [...notes, ...doubts].map(({ text }) => text) };
}

function ageDoubts(ageMonths: number): { text: string }[] {
  const { least, most } = BONE_AGE_MONTHS;
  return isOutside(ageMonths)
    ? [{ text: `a bone age lies within ${least} to ${most} months; this one does not` }]
    : [];
}
