import type { View } from "../image/imagePlan.js";
import type { Augmentation } from "../native.js";
import type { AugmentationSettings } from "../options/train/dataSettings.js";
import type { Random } from "../random.js";

export interface DrawnView extends View {
  augmentation: Augmentation;
}

/** Fixed in the reference. */
const ALPHA = [0.5, 0.75] as const;
const LIGHTNESS = [0.5, 1] as const;
const CLIP_LIMIT = [1, 3] as const;
const GAMMA_WEIGHT = 0.5;

/**
 * Draws one picture's augmentation from the distributions of the reference's training. Every parameter is drawn, used or not,
 * in a fixed order, so that a picture keeps its rotation when sharpening is switched off.
 */
export function drawAugmentation(settings: AugmentationSettings, random: Random): DrawnView {
  const about0 = (range: number) => random.uniform(-range, range);
  const scale = () => random.uniform(1 - settings.zoom_in, 1 / (1 - settings.zoom_out));
  return {
    flip: random.chance(settings.flip_p),
    rotationAngle: about0(settings.rotation_range),
    augmentation: {
      onePass: settings.augmentation === "fast",
      scaleX: scale(),
      scaleY: scale(),
      translateX: about0(settings.translate_perc),
      translateY: about0(settings.translate_perc),
      shearX: about0(settings.shear_angle),
      shearY: about0(settings.shear_angle),
      sharpening: drawSharpening(settings, random),
      ...drawContrast(settings, random),
    },
  };
}

function drawSharpening(settings: AugmentationSettings, random: Random): Augmentation["sharpening"] {
  const chosen = random.chance(settings.sharpen_p);
  const [alpha, lightness] = [random.uniform(...ALPHA), random.uniform(...LIGHTNESS)];
  return chosen ? { alpha, lightness } : null;
}

/** CLAHE or gamma, with probabilities in proportion to their weights. */
function drawContrast(
  { clae_p: weight, contrast_gamma: range, reference_training: asReference }: AugmentationSettings,
  random: Random,
): Pick<Augmentation, "claheClipLimit" | "gammaPercent"> {
  const isClahe = random.chance(weight / (weight + GAMMA_WEIGHT));
  const clipLimit = random.uniform(...CLIP_LIMIT);
  const percent = random.integer(100 - range, 100 + range);
  if (isClahe) return { claheClipLimit: clipLimit, gammaPercent: null };
  // The reference's table for a gamma of 1 is not the identity, so a range of 0 skips the gamma.
  const isWanted = range > 0 || asReference;
  return { claheClipLimit: null, gammaPercent: isWanted ? percent : null };
}
