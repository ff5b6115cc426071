// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Manifest } from "../../contract/manifest.js";

/** The options of `inspectModel`. */
export interface InspectModelOptions {
  /** Contract of the model; it overrides what the model and the file beside it state. */
  manifest?: string | undefined;
  /** Run a TorchScript model even if its code reaches files, processes or unknown functions; a model is a program, so trust only files from people you trust. Default: `false`. */
  trust?: boolean | undefined;
  /** Require a checkpoint of the older network (it is recognised without this). Default: `false`. */
  legacyCkp?: boolean | undefined;
  /** Backbone of a checkpoint (it is recognised without this). */
  backbone?: string | undefined;
  /** Whether a given sex is an input of the age; for a checkpoint with an explicit sex classifier that does not state it. */
  correctPredictedSex?: boolean | undefined;
  /** EfficientNet's "same" padding: for the nominal input size (as published), or for the actual one. Default: `"static"`. */
  padding?: "static" | "dynamic" | undefined;
  /** Key of the weights in a checkpoint that holds several networks: ema, state_dict.teacher. */
  weights?: string | undefined;
  /** The reference's parameters.yml: age mean and SD, slope and intercept by the checkpoint's stem (the command's default: data/parameters.yml where there is one, for a checkpoint of the older network). */
  parameters?: string | undefined;
  /** Unit of a checkpoint's slope and bias: z as training leaves them, months where an evaluation wrote them back. Default: `"z"`. */
  biasUnit?: "z" | "months" | undefined;
  /** A parameters.yml for checkpoints of the older network alone; one without an entry there gets its age mean and SD. */
  legacyParameters?: string | undefined;
  /** An object with fields of the contract: formatVersion, kind, name, licence, provenance, intendedUse, inputSize, fit, depth, cropper, matchHistogram, matchHistogramRounding, resize, normalise, normaliseMean, normaliseSd, equalizeBins, maskNeeded, maskCropSize, subtractBackground, sexEncoding, sexPlane, ageUnit, ageHead, ageBins, memberCount, combineMembers, ageMeanMonths, ageSdMonths, biasSlope, biasIntercept, biasFemale, biasMale, featureStatistics, featureDistanceLimit, predictionIntervals, maskThreshold, maskSeedThreshold, maskViews, weightsDigest. */
  contract?: Manifest | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
