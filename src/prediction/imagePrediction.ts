/** The prediction of one picture. */
import { type AgeInterval, ageIntervals } from "../boneAge/ageIntervals.js";
import { combineReadings, type EnsembleReading } from "../boneAge/ensembleReading.js";
import type { Reading } from "../boneAge/reading.js";
import type { IntervalsField } from "../contract/intervalFields.js";
import { BONE_AGE_MONTHS, contractDoubts } from "../contract/plausible.js";
import { DeeplasiaError } from "../errors.js";
import type { PictureInfo } from "../image/openPicture.js";
import type { Orientation } from "../image/reoriented.js";
import type { Outcome } from "../inference/block.js";
import type { MadeMask } from "../inference/madeMask.js";
import type { QualityFlag } from "../quality/thresholds.js";
import { isOutside } from "../records/ageWatch.js";
import { type FactsOfChild, factsOfChild } from "../records/factsOfChild.js";
import type { Members } from "./members.js";

interface PredictedPicture extends FactsOfChild {
  /** The size of the picture as it was predicted, upright and turned; its channels and its depth. */
  picture: PictureInfo;
  /** The mask that a model made; null where it was given, or none was used. */
  mask: MadeMask | null;
  /** How the picture was turned and inverted before it was predicted; null without `autoOrient`. */
  oriented: readonly Orientation[] | null;
  /**
   * Distance of the picture's features from those of the training pictures: above 1, it is farther than 99 % of the validation
   * pictures. Null where no network has their statistics, or nothing was checked.
   */
  distance: number | null;
  /** What the quality checks found to be doubtful; null where they were not made. */
  quality: readonly QualityFlag[] | null;
  /**
   * Notes about a picture or mask that could be used nevertheless ("only page 1 of 3 is read"), and about an implausible
   * contract or age.
   */
  notes: string[];
}

/** The prediction of one model for a picture. */
export interface ImagePrediction extends Reading, PredictedPicture {
  /** Intervals that hold the true bone age with a probability, from a model with calibrated ones; else left out. */
  intervals?: readonly AgeInterval[];
}

/** The prediction of an ensemble for a picture. */
export interface EnsembleImagePrediction extends EnsembleReading, PredictedPicture {}

/** What an outcome does not state about its picture. */
export interface PictureContext {
  /** The picture's file, where it is one. */
  file: string | undefined;
  /** Notes about how it was predicted. */
  about: readonly string[];
  /** The intervals of the one model. */
  intervals: IntervalsField | null;
}

/**
 * Returns the prediction that an outcome holds.
 *
 * @throws DeeplasiaError The first member's that could not predict the picture.
 */
export function imagePrediction(
  { list, names }: Members,
  outcome: Outcome,
  { file, about, intervals }: PictureContext,
): ImagePrediction | EnsembleImagePrediction {
  const { readings, notes } = outcome;
  const failed = readings.find((reading) => reading instanceof DeeplasiaError);
  if (failed !== undefined) throw failed.at({ file });
  const read = readings as Reading[];
  const reading =
    names === null
      ? { ...read[0]!, ...ageIntervals(read[0]!.ageMonths, outcome.sex, intervals) }
      : combineReadings(names, read);
  const doubts = [
    ...about.map((text) => ({ text })),
    ...list.flatMap(({ contract }) => contractDoubts(contract)),
    ...ageDoubts(reading.ageMonths),
  ];
  const { picture, mask, oriented, distance, quality } = outcome;
  const texts = [...notes, ...doubts].map(({ text }) => text);
  const facts = { ...factsOfChild(outcome), picture: picture!, mask, oriented, distance, quality };
  return { ...reading, ...facts, notes: texts };
}

function ageDoubts(ageMonths: number): { text: string }[] {
  const { least, most } = BONE_AGE_MONTHS;
  return isOutside(ageMonths)
    ? [{ text: `a bone age lies within ${least} to ${most} months; this one does not` }]
    : [];
}
