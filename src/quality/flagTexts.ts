/** The quality flags as texts, for people who look at one picture. */
import type { QualityFlag } from "./thresholds.js";

export const FLAG_TEXTS: Readonly<Record<QualityFlag, string>> = {
  no_hand: "It is doubtful whether this is a hand.",
  several_hands: "There is more than one hand in the picture.",
  hand_cut: "The border of the picture cuts the hand off.",
  inverted: "The picture seems to be inverted: bones should be white.",
  rotated: "The hand is turned: the fingers should point upwards.",
  upside_down: "The hand is upside down: the fingers should point upwards.",
  mask_too_large: "What was found as the hand fills nearly the whole picture.",
  mask_too_small: "What was found as the hand is a very small part of the picture.",
  low_contrast: "The hand has hardly any contrast.",
  saturated: "Much of the hand is overexposed or underexposed.",
  far_from_training: "The picture is unlike those that the model was trained on.",
};
