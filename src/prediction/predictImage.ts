/** The bone age of one radiograph. */
import { requireModel } from "../model/argument.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import { type PathArgument, type PictureArgument, pictureArgument } from "../options/library.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import type { SexWord } from "../words.js";
import { predictImageOptions } from "./arguments.js";
import { createPredictor } from "./createPredictor.js";
import type { ImagePrediction } from "./imagePrediction.js";

export interface PredictImageOptions {
  /**
   * Needed by a model with a sex input, unless the header of a DICOM file states it or there is a `sexModel`. In the words of a CSV, or 1 for male and 0 for
   * female; null, `""` and `"NA"` say that it is not known. What is no sex is an error.
   */
  sex?: SexWord | null | undefined;
  /** Says the sex where `sex` is not given: a model with a sex head that looks at the picture alone. */
  sexModel?: BoneAgeModel | undefined;
  /** The hand's mask, given as the picture is. */
  mask?: PictureArgument | undefined;
  /**
   * Makes the mask where none is given: a model, its file, `auto` (the default: the bundled one, where the model needs a
   * mask), or `none`.
   */
  maskModel?: HandMaskModel | PathArgument | undefined;
  /** Checks of the picture where it has a mask; default `report` where a model makes it, else `none`. */
  onQuality?: "none" | "report" | "fail" | undefined;
  flip?: boolean | undefined;
  /** Degrees, -360 to 360; positive is clockwise. */
  rotationAngle?: number | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Bone age of one radiograph.
 *
 * @param image A file (PNG, JPEG, TIFF, WebP, DICOM) by its path or `file:` URL, or the bytes of one: Uint8Array (so Buffer),
 *   ArrayBuffer, Blob.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION for arguments that are not what they must be; _SEX, _NO_HAND, _IMAGE_…,
 *   _MODEL_FORWARD, _NOT_FINITE, _DISPOSED; the signal's reason when it is aborted.
 */
export async function predictImage(
  model: BoneAgeModel,
  image: PictureArgument,
  options: PredictImageOptions = {},
): Promise<ImagePrediction> {
  requireModel("model", model);
  requireArgument("image", pictureArgument, image);
  const { sex, mask, signal, ...settings } = requireOptions(predictImageOptions, options);
  await using predictor = await createPredictor(model, { ...settings, batchSize: 1 });
  return await predictor.predict({ image, mask, sex }, { signal });
}
