/** The processing of a training picture, from the network's contract and the drawn augmentation. */
import { DeeplasiaError } from "../errors.js";
import type { PlanFields } from "../image/imagePlan.js";
import { imagePlan } from "../image/imagePlan.js";
import type { ImagePlan } from "../native.js";
import type { AugmentationSettings } from "../options/train/dataSettings.js";
import type { DrawnView } from "./drawAugmentation.js";

/**
 * Returns native code's plan for one picture of training, from the contract of the future network and the drawn augmentation.
 * Augmentation works on 8-bit grey, as in the reference: deeper files are reduced to 8 bits on reading.
 */
export function trainingPlan(
  contract: PlanFields,
  { augmentation, ...view }: DrawnView,
  { reference_training }: Pick<AugmentationSettings, "reference_training">,
): ImagePlan {
  const plan = imagePlan(contract, view);
  const { background } = plan;
  const asReference = contract.normalise === "interval" ? "none" : "reference-training";
  return {
    ...plan,
    depth: "8bit",
    background: reference_training && background === "percentile" ? asReference : background,
    augmentation,
  };
}

/** Throws ERR_DEEPLASIA_OPTION for augmentation that the contract's preprocessing does not allow. */
export function requireAugmentable(
  { normalise, resize }: PlanFields,
  { augmentation, clae_p }: AugmentationSettings,
): void {
  if (normalise === "equalize" && clae_p > 0) {
    const what = "CLAHE works on 8-bit grey values, and equalised pictures have none";
    const remedy = "Set data.clae_p to 0, or use another normalisation.";
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, { remedy });
  }
  if (augmentation === "fast" && resize !== "linear") {
    const what = `fast augmentation samples linearly, but the contract resizes pictures by "${resize}"`;
    const remedy = "Set data.augmentation to exact.";
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, { remedy });
  }
}
