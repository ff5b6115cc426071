/** Fields of a model's contract as options. */
import { z } from "zod";
import { boneAgeFields } from "../contract/boneAgeFields.js";
import { manifestSchema } from "../contract/manifest.js";
import { pictureFields } from "../contract/pictureFields.js";

/** Fields of a bone-age model's contract that change a number: what a prediction may override. */
export const contractOptions = z.strictObject({ ...pictureFields, ...boneAgeFields }).partial();

const {
  formatVersion: _version,
  weightsDigest: _digest,
  featureStatistics: _statistics,
  featureDistanceLimit: _limit,
  predictionIntervals: _intervals,
  ...writableFields
} = manifestSchema.shape;
/** Fields that a person may write into a model. */
export const writableManifest = z.strictObject(writableFields).partial();
