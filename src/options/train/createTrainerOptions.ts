// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Manifest } from "../../contract/manifest.js";

/** The options of `createTrainer`. */
export interface CreateTrainerOptions {
  /** Optimiser, as in torch.optim. Default: `"adam"`. */
  optimizer?: "adam" | "adamw" | "sgd" | "rmsprop" | undefined;
  /** Learning rate. Default: `0.001`. */
  lr?: number | undefined;
  /** Decay of the squares' running mean. Default: `0.99`. */
  alpha?: number | undefined;
  /** Added to divisors. Default: `1e-8`. */
  eps?: number | undefined;
  /** Weight decay: added to the gradient (L2); for AdamW applied to the weights. Default: `0.000005`. */
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
  /** Use the largest running mean of the squares so far. Default: `false`. */
  amsgrad?: boolean | undefined;
  /** Weight of the age loss; with learnable_sigma its start value. Default: `1`. */
  ageSigma?: number | undefined;
  /** Weight of the sex loss; with learnable_sigma its start value. Default: `0`. */
  sexSigma?: number | undefined;
  /** Probability that a training step skips the last residual block of an EfficientNet or a ConvNeXt; it rises from 0 at the first block; null: the network's own value, 0.2 in a new network. Default: `null`. */
  dropConnect?: number | null | undefined;
  /** Names of parameters that are not trained; * matches any text. Default: `[]`. */
  freeze?: readonly string[] | undefined;
  /** Arithmetic of the network: 32 bits, or automatic mixed precision; 16 means 16 bits on a GPU and 32 on the CPU. Default: `"32"`. */
  precision?: "16" | "32" | "bf16" | undefined;
  /** Clip gradients at this value; null or 0: off. Default: `null`. */
  gradientClipVal?: number | null | undefined;
  /** Clip the norm of all gradients (null: the same), or each value. Default: `null`. */
  gradientClipAlgorithm?: "norm" | "value" | null | undefined;
  /** Keep an exponential moving average of the weights, and evaluate it; null: off. Default: `null`. */
  emaDecay?: number | null | undefined;
  /** Number of steps whose gradients make one update. Default: `1`. */
  accumulateGradBatches?: number | undefined;
  /** Seed of dropout and drop-connect. Default: `42`. */
  seed?: number | undefined;
  /** Auto, cpu, cuda or cuda:n; a device asked for by name never falls back. Default: `"auto"`. */
  device?: string | undefined;
  /** Threads of one step; 0: libtorch's default. Default: `0`. */
  threads?: number | undefined;
  /** Run a TorchScript model even if its code reaches files, processes or unknown functions; a model is a program, so trust only files from people you trust. Default: `false`. */
  trust?: boolean | undefined;
  /** A manifest file, which overrides what the model and the file beside it state. */
  manifest?: string | undefined;
  /** An object with fields of the contract: formatVersion, kind, name, licence, provenance, intendedUse, inputSize, fit, depth, cropper, matchHistogram, matchHistogramRounding, resize, normalise, normaliseMean, normaliseSd, equalizeBins, maskNeeded, maskCropSize, subtractBackground, sexEncoding, sexPlane, ageUnit, ageHead, ageBins, memberCount, combineMembers, ageMeanMonths, ageSdMonths, biasSlope, biasIntercept, biasFemale, biasMale, featureStatistics, featureDistanceLimit, predictionIntervals, maskThreshold, maskSeedThreshold, maskViews, weightsDigest. */
  contract?: Manifest | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
