/** The bone age of one radiograph. */
import { requireModel } from "../model/argument.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { type PictureArgument, pictureArgument } from "../options/library.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { predictImageOptions } from "./arguments.js";
import { createPredictor } from "./createPredictor.js";
import type { ImagePrediction } from "./imagePrediction.js";
import type { PredictImageOptions } from "./predictImageOptions.js";

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
