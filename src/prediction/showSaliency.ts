/** Where in a radiograph its bone age comes from. */
import { toDeeplasiaError } from "../errors.js";
import { BlockPredictor } from "../inference/blockPredictor.js";
import { requireSexModel } from "../inference/sexModel.js";
import { requireModel } from "../model/argument.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { SaliencyModel, type SeenPicture } from "../model/saliencyModel.js";
import type { PictureArgument } from "../options/library.js";
import { requireOptions } from "../schema/checkValue.js";
import { predictionRequest, requireModels, showSaliencyOptions } from "./arguments.js";
import { imagePrediction } from "./imagePrediction.js";
import { RunMaskModel } from "./maskModel.js";
import { pictureSource } from "./pictureBytes.js";
import type { ShowSaliencyOptions } from "./showSaliencyOptions.js";

/**
 * Show where in a radiograph its bone age comes from: Grad-CAM, or how far the age moves while patches are covered. It loads the
 * model's file again, with gradients.
 *
 * @param image As that of `predictImage`.
 * @throws DeeplasiaError As `predictImage`, and what `loadModel` throws; the signal's reason when it is aborted.
 */
export async function showSaliency(
  model: BoneAgeModel,
  image: PictureArgument,
  options: ShowSaliencyOptions = {},
): Promise<SeenPicture> {
  requireModel("model", model);
  const request = requireOptions(predictionRequest, { image });
  const { sex, mask, sexModel, maskModel, occlude, signal, flip, rotationAngle, autoOrient } = requireOptions(
    showSaliencyOptions,
    options,
  );
  const members = requireModels(model, { sexModel, maskModel });
  if (sexModel !== undefined) await requireSexModel(sexModel);
  signal?.throwIfAborted();
  const all = sexModel === undefined ? members.list : [model, sexModel];
  await using masks = RunMaskModel.of({ maskModel, models: all, hasMasks: mask !== undefined });
  await using saliency = await SaliencyModel.load(model, occlude);
  const predictor = new BlockPredictor([model], {
    ...{ sexModel, autoOrient, headerSex: true, maskModel: masks?.get, saliencyModels: [saliency] },
    ...{ views: [{ flip, rotationAngle }], batchSize: 1, numWorkers: 1 },
  });
  let seen: SeenPicture | null = null;
  const keepSaliency = async (found: SeenPicture) => {
    seen = found;
  };
  try {
    const source = {
      image: await pictureSource("image", request.image),
      mask: mask === undefined ? null : await pictureSource("mask", mask),
    };
    const [outcome] = await predictor.predict([{ source, sex: sex ?? null, keepSaliency }]);
    signal?.throwIfAborted();
    const file = typeof request.image === "string" ? request.image : undefined;
    if (seen === null) imagePrediction(members, outcome!, { file, about: [], intervals: null });
    return seen!;
  } catch (error) {
    throw signal?.aborted ? signal.reason : toDeeplasiaError(error);
  } finally {
    await predictor.dispose();
  }
}
