/** Bone age of one radiograph. */

import type { z } from "zod";
import type { Reading } from "../boneAge/reading.js";
import { BONE_AGE_MONTHS, contractDoubts } from "../contract/plausible.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { BlockPredictor } from "../inference/blockPredictor.js";
import { requireSexModel } from "../inference/sexModel.js";
import { requireModel } from "../model/argument.js";
import type { BoneAgeModel } from "../model/model.js";
import { type PictureArgument, pictureArgument } from "../options/library.js";
import { isOutside } from "../records/ageWatch.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import type { Sex, SexWord } from "../words.js";
import { predictImageOptions } from "./arguments.js";
import { pictureSource } from "./pictureBytes.js";

export interface PredictImageOptions {
  /**
   * Needed by a model with a sex input, unless there is a `sexModel`. In the words of a CSV, or 1 for male and 0 for
   * female; null, `""` and `"NA"` say that it is not known. What is no sex is an error.
   */
  sex?: SexWord | null | undefined;
  /** Says the sex where `sex` is not given: a model with a sex head that looks at the picture alone. */
  sexModel?: BoneAgeModel | undefined;
  /** The hand's mask, given as the picture is. Needed by a model that was trained on masked hands. */
  mask?: PictureArgument | undefined;
  flip?: boolean | undefined;
  /** Degrees, -360 to 360; positive is clockwise. */
  rotationAngle?: number | undefined;
}

export interface ImagePrediction extends Reading {
  /** The sex that was used; null where nobody gave one. */
  sex: Sex | null;
  /** Whether `sex` is the sex model's word. */
  sexPredicted: boolean;
  /**
   * What is worth knowing of the picture or its mask, though they could be used: "only page 1 of 3 is read"; of a model's
   * contract and of an age that are implausible.
   */
  notes: string[];
}

/**
 * Bone age of one radiograph.
 *
 * @param image A file (PNG, JPEG, TIFF, WebP) by its path or `file:` URL, or the bytes of one: Uint8Array (so Buffer),
 *   ArrayBuffer, Blob.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION for arguments that are not what they must be; _SEX, _MASK_MISSING, _IMAGE_…,
 *   _MODEL_FORWARD, _NOT_FINITE, _DISPOSED.
 */
export async function predictImage(
  model: BoneAgeModel,
  image: PictureArgument,
  options: PredictImageOptions = {},
): Promise<ImagePrediction> {
  requireModel("model", model);
  const picture = requireArgument("image", pictureArgument, image);
  const { sex, sexModel, mask, flip, rotationAngle } = requireOptions(predictImageOptions, options);
  if (sexModel !== undefined) requireModel("sexModel", sexModel);
  requireSexAndMask(model, { sex, sexModel, mask });
  if (sexModel !== undefined) await requireSexModel(sexModel);
  const predictor = new BlockPredictor([model], {
    batchSize: 1,
    numWorkers: 1,
    views: [{ flip, rotationAngle }],
    sexModel,
  });
  try {
    const source = {
      image: await pictureSource("image", picture),
      mask: mask === undefined ? null : await pictureSource("mask", mask),
    };
    const [outcome] = await predictor.predict([{ source, sex: sex ?? null }]);
    const { sex: used, sexPredicted, readings, notes } = outcome!;
    const reading = readings[0]!;
    if (reading instanceof DeeplasiaError)
      throw reading.at({ file: typeof picture === "string" ? picture : undefined });
    const doubts = [...contractDoubts(model.contract), ...ageDoubts(reading.ageMonths)];
    return { ...reading, sex: used, sexPredicted, notes: [...notes, ...doubts].map(({ text }) => text) };
  } catch (error) {
    throw toDeeplasiaError(error);
  } finally {
    await predictor.dispose();
  }
}

function ageDoubts(ageMonths: number): { text: string }[] {
  const { least, most } = BONE_AGE_MONTHS;
  return isOutside(ageMonths)
    ? [{ text: `a bone age lies within ${least} to ${most} months; this one does not` }]
    : [];
}

/** What the contract asks for must be given. */
function requireSexAndMask(
  { contract }: BoneAgeModel,
  { sex, sexModel, mask }: Pick<z.infer<typeof predictImageOptions>, "sex" | "sexModel" | "mask">,
): void {
  if (sex === undefined && sexModel === undefined && contract.sexEncoding !== "none") {
    throw new DeeplasiaError("ERR_DEEPLASIA_SEX", "this model needs the sex of the child", {
      remedy: 'Pass sex, "F" or "M", or a sexModel.',
    });
  }
  if (mask === undefined && (contract.maskNeeded || sexModel?.contract.maskNeeded === true)) {
    throw new DeeplasiaError("ERR_DEEPLASIA_MASK_MISSING", "this model needs the mask of the hand", {
      remedy: "Pass mask: it was trained on masked hands.",
    });
  }
}
