/** Bone age of one radiograph. */
import type { Sex } from "../data/annotations.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { fillSlot } from "../image/loader.js";
import { imagePlan, normalisation } from "../image/plan.js";
import type { BoneAgeModel } from "../model/model.js";
import { native } from "../native.js";
import { interpret, type Reading } from "./months.js";

export interface PredictImageOptions {
  /** Needed by a model with a sex input. */
  sex?: Sex | undefined;
  /** The hand's mask: a file, or the bytes of one. Needed by a model that was trained on masked hands. */
  mask?: string | Uint8Array | undefined;
  flip?: boolean | undefined;
  /** Degrees, positive is clockwise. */
  rotationAngle?: number | undefined;
}

export type ImagePrediction = Reading;

/**
 * Bone age of one radiograph.
 *
 * @param image A file (PNG, JPEG, TIFF, WebP), or the bytes of one.
 * @throws DeeplasiaError ERR_DEEPLASIA_SEX, _MASK_MISSING, _IMAGE_…, _MODEL_FORWARD, _NOT_FINITE.
 */
export async function predictImage(
  model: BoneAgeModel,
  image: string | Uint8Array,
  { sex, mask, flip = false, rotationAngle = 0 }: PredictImageOptions = {},
): Promise<ImagePrediction> {
  const { contract } = model;
  if (sex === undefined && contract.sexEncoding !== "none") {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_SEX",
      "this model needs the sex of the child: pass sex, 'F' or 'M'",
    );
  }
  if (mask === undefined && contract.maskNeeded) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_MASK_MISSING",
      "this model needs the mask of the hand: pass mask",
    );
  }
  const [channels, height, width] = contract.inputSize;
  const batch = native().createBatch(1, height, width);
  try {
    const plan = imagePlan(contract, { flip, rotationAngle });
    await fillSlot(batch, 0, { image, mask: mask ?? null }, plan, contract);
    const { age, sexLogit } = await native().predict(
      model.handle,
      batch,
      Int32Array.of(0),
      channels,
      normalisation(contract),
      model.encodeSex([sex === "M" ? 1 : 0], 1),
    );
    const reading = interpret(age[0]!, sexLogit?.[0] ?? null, contract);
    if (reading instanceof DeeplasiaError) throw reading;
    return reading;
  } catch (error) {
    throw toDeeplasiaError(error);
  } finally {
    await native().dispose(batch);
  }
}
