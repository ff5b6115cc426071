/** Bone age of one radiograph. */
import type { Sex } from "../data/annotations.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import type { BoneAgeModel } from "../model/model.js";
import { BlockPredictor } from "./blockPredictor.js";
import type { Reading } from "./months.js";
import { requireSexModel } from "./sexModel.js";

export interface PredictImageOptions {
  /** Needed by a model with a sex input, unless there is a `sexModel`. */
  sex?: Sex | undefined;
  /** Says the sex where `sex` is not given: a model with a sex head that looks at the picture alone. */
  sexModel?: BoneAgeModel | undefined;
  /** The hand's mask: a file, or the bytes of one. Needed by a model that was trained on masked hands. */
  mask?: string | Uint8Array | undefined;
  flip?: boolean | undefined;
  /** Degrees, positive is clockwise. */
  rotationAngle?: number | undefined;
}

export interface ImagePrediction extends Reading {
  /** The sex that was used; null where nobody gave one. */
  sex: Sex | null;
  /** Whether `sex` is the sex model's word. */
  sexPredicted: boolean;
  /** What is worth knowing of the picture or its mask, though they could be used: "only page 1 of 3 is read". */
  notes: string[];
}

/**
 * Bone age of one radiograph.
 *
 * @param image A file (PNG, JPEG, TIFF, WebP), or the bytes of one.
 * @throws DeeplasiaError ERR_DEEPLASIA_SEX, _MASK_MISSING, _IMAGE_…, _MODEL_FORWARD, _NOT_FINITE.
 */
export async function predictImage(
  model: BoneAgeModel,
  image: string | Uint8Array,
  { sex, sexModel, mask, flip = false, rotationAngle = 0 }: PredictImageOptions = {},
): Promise<ImagePrediction> {
  if (sex === undefined && sexModel === undefined && model.contract.sexEncoding !== "none") {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_SEX",
      "this model needs the sex of the child: pass sex, 'F' or 'M', or a sexModel",
    );
  }
  const maskNeeded = model.contract.maskNeeded || sexModel?.contract.maskNeeded === true;
  if (mask === undefined && maskNeeded) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_MASK_MISSING",
      "this model needs the mask of the hand: pass mask",
    );
  }
  if (sexModel !== undefined) await requireSexModel(sexModel);
  const predictor = new BlockPredictor([model], {
    batchSize: 1,
    numWorkers: 1,
    views: [{ flip, rotationAngle }],
    sexModel,
  });
  try {
    const source = { image, mask: mask ?? null };
    const [outcome] = await predictor.predict([{ source, sex: sex ?? null }]);
    const { sex: used, sexPredicted, readings, notes } = outcome!;
    const reading = readings[0]!;
    if (reading instanceof DeeplasiaError)
      throw reading.at({ file: typeof image === "string" ? image : undefined });
    return { ...reading, sex: used, sexPredicted, notes: notes.map(({ text }) => text) };
  } catch (error) {
    throw toDeeplasiaError(error);
  } finally {
    await predictor.dispose();
  }
}
