/**
 * The thresholds of the quality checks, all of them. `node bench/quality.mjs` measures them on hard phantoms; docs/quality.md has
 * the sensitivities.
 */
import type { QualityFacts } from "./qualityFacts.js";

/** What is known besides where a model made the mask. */
export interface MaskFacts {
  confidence: number;
  elsewhere: number;
}

export type AllFacts = QualityFacts & Partial<MaskFacts>;

interface Threshold {
  fact: keyof AllFacts;
  /** 1: the flag is raised above the limit; -1: below it. */
  sign: 1 | -1;
  limit: number;
}

export const THRESHOLDS = {
  no_hand: { fact: "confidence", sign: -1, limit: 0.6 },
  several_hands: { fact: "elsewhere", sign: 1, limit: 0.5 },
  hand_cut: { fact: "cut", sign: 1, limit: 0.15 },
  inverted: { fact: "contrast", sign: -1, limit: 0.05 },
  rotated: { fact: "angle", sign: 1, limit: 30 },
  upside_down: { fact: "angle", sign: 1, limit: 150 },
  mask_too_large: { fact: "area", sign: 1, limit: 0.7 },
  mask_too_small: { fact: "area", sign: -1, limit: 0.01 },
  low_contrast: { fact: "range", sign: -1, limit: 0.07 },
  saturated: { fact: "saturated", sign: 1, limit: 0.4 },
} satisfies Record<string, Threshold>;

/** What is doubtful about a picture. */
export type QualityFlag = keyof typeof THRESHOLDS;
