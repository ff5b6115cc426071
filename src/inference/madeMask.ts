/** What is known of a mask that a model made. */
import type { PictureInfo } from "../image/openPicture.js";
import type { FoundHand } from "../native.js";

/** A mask that a hand-mask model made; shares and probabilities are float32. */
export interface MadeMask {
  /** Share of the picture's pixels that it marks, 0 to 1. */
  area: number;
  /** The box of the hand in the upright picture, pixels. */
  box: { x: number; y: number; width: number; height: number };
  /** Mean probability of the marked pixels, 0 to 1. */
  confidence: number;
}

export function madeMask(
  hand: FoundHand,
  { width, height }: Pick<PictureInfo, "width" | "height">,
): MadeMask {
  const { left, top, right, bottom, area, confidence } = hand;
  return {
    area: Math.fround(area / (width * height)),
    box: { x: left, y: top, width: right - left, height: bottom - top },
    confidence: Math.fround(confidence),
  };
}
