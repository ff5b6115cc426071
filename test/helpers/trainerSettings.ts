import type { TrainerSettings } from "../../src/native.js";

/** Settings of a plain trainer on the CPU: Adam, nothing else. */
export const PLAIN_SETTINGS: TrainerSettings = {
  device: "cpu",
  threads: 1,
  precision: "32",
  seed: 1,
  optimizer: "adam",
  weightDecay: 0,
  beta1: 0.9,
  beta2: 0.999,
  amsgrad: false,
  eps: 1e-8,
  momentum: 0,
  dampening: 0,
  nesterov: false,
  alpha: 0.99,
  centered: false,
  clipping: "none",
  clippingLimit: 0,
  emaDecay: null,
  ageWeight: 1,
  sexWeight: 0,
  dropConnect: null,
  trust: false,
  weightsDigest: "",
  frozen: [],
};
