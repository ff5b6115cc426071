/**
 * The thresholds of the quality checks, all of them. `node bench/quality.mjs` finds those of 1 % false alarms on hard phantoms
 * and measures them on others; docs/masks.md has what it found.
 */
import type { QualityFacts } from "./qualityFacts.js";

/** What is known besides where a model made the mask. */
export interface MaskFacts {
  /** Mean probability of the marked pixels. */
  confidence: number;
  /** How much else is marked as a hand, as a multiple of the hand's area; within the picture it counts a tenth. */
  elsewhere: number;
}

export type AllFacts = QualityFacts & Partial<MaskFacts>;

/** What the checks compare: facts, and what follows from several of them. */
export interface Compared extends Partial<Omit<Required<QualityFacts>, "angle">> {
  elsewhere?: number | undefined;
  /** The angle without its sign, where the direction is sure. */
  turn?: number | undefined;
  /** How much like a hand the shape is that a model marked, 0 to 1. */
  likeness?: number | undefined;
}

interface Threshold {
  fact: keyof Compared;
  /** 1: the flag is raised above the limit; -1: below it. */
  sign: 1 | -1;
  limit: number;
}

export const THRESHOLDS = {
  no_hand: { fact: "likeness", sign: -1, limit: 0.7 },
  several_hands: { fact: "elsewhere", sign: 1, limit: 0.005 },
  hand_cut: { fact: "cut", sign: 1, limit: 0.5 },
  inverted: { fact: "contrast", sign: -1, limit: 0.15 },
  rotated: { fact: "turn", sign: 1, limit: 30 },
  upside_down: { fact: "turn", sign: 1, limit: 150 },
  mask_too_large: { fact: "area", sign: 1, limit: 0.7 },
  mask_too_small: { fact: "area", sign: -1, limit: 0.01 },
  low_contrast: { fact: "range", sign: -1, limit: 0.1 },
  saturated: { fact: "saturated", sign: 1, limit: 0.1 },
} satisfies Record<string, Threshold>;

/** The least `direction`, and `likeness` where that is known, with which an angle counts. */
export interface Sureness {
  direction: number;
  likeness: number;
}

/** For the checks. */
export const KNOWN: Sureness = { direction: 0.5, likeness: 0.82 };

/** A shape with less area (share of the picture), or with smaller gaps between its fingers, is less like a hand. */
export const HAND = { area: 0.02, gaps: 0.15 };

/** The check of what the networks make of a picture: above the limit that 1 % of their own validation pictures exceed. */
export const DISTANCE = { flag: "far_from_training", limit: 1 } as const;

/** What is sure enough to be put right: within so many degrees of quarter turns; below that contrast. */
export const SURE = { direction: 0.5, likeness: 0.85, angle: 25, contrast: -0.15 };

/** What is doubtful about a picture. */
export type QualityFlag = keyof typeof THRESHOLDS | typeof DISTANCE.flag;
