// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Manifest } from "../../contract/manifest.js";

/** The options of `writeManifest`. */
export interface WriteManifestOptions {
  /** Manifest to put in; single fields override it. */
  manifest?: string | undefined;
  /** Replace the new file where it exists. Default: `false`. */
  overwrite?: boolean | undefined;
  /** Run a TorchScript model even if its code reaches files, processes or unknown functions; a model is a program, so trust only files from people you trust. Default: `false`. */
  trust?: boolean | undefined;
  /** An object with fields of the contract: formatVersion, kind, name, licence, provenance, intendedUse, inputSize, fit, depth, cropper, matchHistogram, matchHistogramRounding, resize, normalise, normaliseMean, normaliseSd, equalizeBins, maskNeeded, maskCropSize, subtractBackground, sexEncoding, sexPlane, ageUnit, ageHead, ageBins, memberCount, combineMembers, ageMeanMonths, ageSdMonths, biasSlope, biasIntercept, biasFemale, biasMale, featureStatistics, featureDistanceLimit, predictionIntervals, maskThreshold, maskSeedThreshold, maskViews, weightsDigest. */
  contract?: Manifest | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
