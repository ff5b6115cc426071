import type { TrainerSettings } from "../../src/native.js";

/** Settings of a plain trainer on the CPU: Adam, nothing else. */
export const PLAIN_SETTINGS: TrainerSettings = {
  device: "cpu",
  threads: 1,
  precision: "32",
  seed: 1,
  optimizer: "adam",
  weightDecay: 0,
  betas: [0.9, 0.999],
  amsgrad: false,
  eps: 1e-8,
  momentum: 0,
  dampening: 0,
  nesterov: false,
  alpha: 0.99,
  centered: false,
  clipping: null,
  emaDecay: null,
  ageSigma: 1,
  sexSigma: 0,
  dropConnect: null,
  trust: false,
  weightsDigest: "",
  sexPlane: null,
  ageBins: null,
  freeze: [],
};
