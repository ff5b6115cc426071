// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Manifest } from "../../contract/manifest.js";

/** The options of `createTrainer`. */
export interface CreateTrainerOptions {
  /** How gradients become updates, as in torch.optim. Default: `"adam"`. */
  optimizer?: "adam" | "adamw" | "sgd" | "rmsprop" | undefined;
  /** Learning rate. Default: `0.001`. */
  lr?: number | undefined;
  /** Decay of the squares' running mean. Default: `0.99`. */
  alpha?: number | undefined;
  /** Added to divisors. Default: `1e-8`. */
  eps?: number | undefined;
  /** Weight decay: in the gradient (L2); of AdamW beside it. Default: `0.000005`. */
  weightDecay?: number | undefined;
  /** Momentum. Default: `0`. */
  momentum?: number | undefined;
  /** Divide by the estimated standard deviation. Default: `false`. */
  centered?: boolean | undefined;
  /** Dampening of the momentum. Default: `0`. */
  dampening?: number | undefined;
  /** Nesterov's momentum. Default: `false`. */
  nesterov?: boolean | undefined;
  /** Decay of the running means of gradients and of their squares. Default: `[0.9,0.999]`. */
  betas?: readonly [number, number] | undefined;
  /** Use the largest of the squares' means so far. Default: `false`. */
  amsgrad?: boolean | undefined;
  /** Weight of the age loss; with learnable_sigma where its weight starts. Default: `1`. */
  ageSigma?: number | undefined;
  /** The same for the sex loss. Default: `0`. */
  sexSigma?: number | undefined;
  /** Probability that training leaves out an EfficientNet's last residual block, growing to it from 0 at the first; null: as the network has it, 0.2 in a fresh one. Default: `null`. */
  dropConnect?: number | null | undefined;
  /** Parameters that are not trained, by name; * stands for any text. Default: `[]`. */
  freeze?: readonly string[] | undefined;
  /** Arithmetic of the network: 32 bit, or automatic mixed precision; 16 is 16 bit on a GPU and 32 on the CPU. Default: `"32"`. */
  precision?: "16" | "32" | "bf16" | undefined;
  /** Clip gradients at this value; null or 0: off. Default: `null`. */
  gradientClipVal?: number | null | undefined;
  /** Clip the norm of all gradients (null: that), or each value. Default: `null`. */
  gradientClipAlgorithm?: "norm" | "value" | null | undefined;
  /** Keep an exponential moving average of the weights, and evaluate it; null: off. Default: `null`. */
  emaDecay?: number | null | undefined;
  /** Steps whose gradients make one update. Default: `1`. */
  accumulateGradBatches?: number | undefined;
  /** Seed of dropout and drop-connect. Default: `42`. */
  seed?: number | undefined;
  /** Auto, cpu, cuda or cuda:n; a device asked for by name never falls back. Default: `"auto"`. */
  device?: string | undefined;
  /** Threads of one step; 0: as libtorch chooses. Default: `0`. */
  threads?: number | undefined;
  /** Run a TorchScript model even if its code reaches files, processes or unknown functions; a model is a program, so trust only files from people you trust. Default: `false`. */
  trust?: boolean | undefined;
  /** A manifest file, which overrides what the model and the file beside it state. */
  manifest?: string | undefined;
  /** An object with fields of the contract: formatVersion, kind, name, licence, provenance, intendedUse, inputSize, fit, resize, normalise, normaliseMean, normaliseSd, equalizeBins, maskNeeded, maskCropSize, subtractBackground, sexEncoding, ageUnit, ageMeanMonths, ageSdMonths, biasSlope, biasIntercept, maskThreshold, maskSeedThreshold, weightsDigest. */
  contract?: Manifest | undefined;
}
