/**
 * Facts that are published about Deeplasia's ensemble besides its weights: `parameters.yml` of the reference, and the
 * input that the notebook and `predict.py` give to each member. Bone ages are in months.
 */
import type { Manifest } from "./manifest.js";

/** How the reference prepares the pictures of all its networks, and the unit of their output. */
export const FAMILY = {
  fit: "centre-square",
  resize: "linear",
  subtractBackground: true,
  ageUnit: "z",
} as const satisfies Manifest;

/** How the reference's service prepares the pictures of its mask network, and makes masks of what it gives. */
export const MASK_FAMILY = {
  kind: "hand_mask",
  inputSize: [1, 512, 512],
  fit: "pad",
  resize: "linear",
  normalise: "interval",
  maskThreshold: 0.25,
  maskSeedThreshold: 0.99,
} satisfies Manifest;

/** Mean and SD that un-normalise every published member's z-scores. */
export const PUBLISHED_AGE = {
  ageMeanMonths: 127.31657409667969,
  ageSdMonths: 41.17934799194336,
} as const satisfies Manifest;

/** The three members of the published ensemble, by the stems of their files, in the notebook's order. */
export const PUBLISHED_MEMBERS = {
  masked_effnet_supShal_highRes_fancy_aug: {
    inputSize: [1, 1024, 1024],
    biasSlope: 0.0432,
    biasIntercept: -4.7941,
  },
  masked_effnet_super_shallow_fancy_aug: {
    inputSize: [1, 512, 512],
    biasSlope: 0.0375,
    biasIntercept: -3.8066,
  },
  "masked_effnet-b4_shallow_pretr_fancy_aug": {
    inputSize: [1, 512, 512],
    biasSlope: 0.1002,
    biasIntercept: -12.4127,
  },
} as const satisfies Readonly<Record<string, Manifest>>;

export const PUBLISHED_STEMS = Object.keys(PUBLISHED_MEMBERS) as (keyof typeof PUBLISHED_MEMBERS)[];
