/** Hand masks: what a mask network gives, and the mask that it means. */
import type { BatchHandle, ModelHandle } from "./handles.js";
import type { Normalisation } from "./imageFunctions.js";

/** The hand that was found in a picture. */
export interface FoundHand {
  /** One byte a pixel of the picture: 255 on the hand, else 0. */
  mask: Uint8Array;
  /** The hand's box, pixels: columns [left, right), rows [top, bottom). */
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Pixels of the hand. */
  area: number;
  /** Mean probability over them. */
  confidence: number;
}

export interface HandMaskFunctions {
  /** Probability of the hand for the pictures in some slots: [slots, H, W] of the batch, row-major. */
  predictMasks(
    model: ModelHandle,
    batch: BatchHandle,
    slots: Int32Array,
    channels: number,
    normalisation: Normalisation,
  ): Promise<Float32Array>;
  /**
   * The hand in a picture of `width` x `height`, from the probabilities in a square input, `side` x `side`, in whose
   * middle the picture stood (fit "pad"). A pixel above `threshold` is foreground; the largest region of foreground with
   * a pixel above `seedThreshold` is the hand, without its holes; where no region has one, the largest. Null where no
   * pixel is foreground.
   */
  findHand(
    probability: Float32Array,
    side: number,
    width: number,
    height: number,
    threshold: number,
    seedThreshold: number,
  ): Promise<FoundHand | null>;
}

export const HAND_MASK_FUNCTIONS = [
  "predictMasks",
  "findHand",
] as const satisfies readonly (keyof HandMaskFunctions)[];
