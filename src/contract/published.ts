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

/** What networks with the head of ianpan/bone-age return, and how their input is normalised: from black to white, -1 to 1. */
export const OPEN_FAMILY = {
  normalise: "fixed",
  normaliseMean: [0.5],
  normaliseSd: [0.5],
  maskNeeded: false,
  subtractBackground: false,
  ageUnit: "months",
  ageHead: "expectation",
} satisfies Manifest;

/** Fields of the contract that follow from the shape of such a network. */
export const expectationFields = ({ planes, bins }: { planes: number; bins: number }): Manifest => ({
  ...(planes === 2 ? { sexEncoding: "plane-female-255", sexPlane: 1 } : { sexEncoding: "none" }),
  ageBins: [0, 1, bins],
  memberCount: 1,
});

/** How ianpan/bone-age prepares its pictures, and what its networks return. Its cropper's place is the user's. */
export const OPEN_MODEL = {
  formatVersion: 1,
  licence:
    "published under Apache-2.0 by its author; derived, as far as its code shows, from CC BY-NC weights",
  intendedUse: "demonstration and research only, not a medical device",
  inputSize: [1, 512, 512],
  fit: "pad-after-resize",
  resize: "linear",
  depth: "8",
  matchHistogram: "ianpan-bone-age",
  matchHistogramRounding: "none",
  ...OPEN_FAMILY,
  combineMembers: "mean-of-ages",
} satisfies Manifest;

/** How ianpan/bone-age-crop prepares its pictures. The side of its input is written in the user's folder alone. */
export const CROPPER = {
  formatVersion: 1,
  kind: "cropper",
  licence: "published under Apache-2.0 by its author",
  intendedUse: "demonstration and research only, not a medical device",
  fit: "stretch",
  resize: "linear",
  depth: "8",
  normalise: "fixed",
  normaliseMean: [0.5],
  normaliseSd: [0.5],
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
