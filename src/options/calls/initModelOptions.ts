// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Manifest } from "../../contract/manifest.js";

/** The options of `initModel`. */
export interface InitModelOptions {
  /** Seed of the random weights: the same seed makes the same network. Default: `42`. */
  seed?: number | undefined;
  /** ImageNet weights for the backbone: a state dict of efficientnet_pytorch or torchvision. */
  from?: string | undefined;
  /** With from, what becomes of EfficientNet's stem for colour: a fresh one for grey, or its sum over the colours. Default: `"fresh"`. */
  stem?: "fresh" | "sum" | undefined;
  /** Key of the weights in a checkpoint that holds several networks: ema, state_dict.teacher. */
  weights?: string | undefined;
  /** Replace the new file where it exists. Default: `false`. */
  overwrite?: boolean | undefined;
  /** An object with settings of the network: kind, expectation_months, expectation_second_head, mask_filters, mask_max_filters, mask_kernel, backbone, padding, dense_layers, sex_dcs, explicit_sex_classifier, correct_predicted_sex, dropout_p, age_sigma, sex_sigma, learnable_sigma. */
  network?:
    | {
        /** What the network learns: bone ages; bone ages as the expectation of a distribution over months (a ConvNeXt V2 with the head of ianpan/bone-age, and the settings expectation_…); or the mask of the hand (then only the settings mask_… shape it). Default: `"age"`. */
        kind?: "age" | "expectation" | "mask" | undefined;
        /** Kind expectation: the ages are 0, 1, … up to one less than this, in months. Default: `240`. */
        expectation_months?: number | undefined;
        /** Kind expectation: a second head that returns the age itself, in training alone; the loss is (its absolute error + 0.4 of the expectation's) / 1.4, as ianpan/bone-age was trained; false: the expectation's absolute error. Default: `true`. */
        expectation_second_head?: boolean | undefined;
        /** Kind mask: channels of each layer. Default: `32`. */
        mask_filters?: number | undefined;
        /** Kind mask: each pooling doubles the channels up to this many; null: all layers have mask_filters, as in the reference. Default: `null`. */
        mask_max_filters?: number | null | undefined;
        /** Kind mask: side of the larger kernels, odd. Default: `5`. */
        mask_kernel?: number | undefined;
        /** Network before the heads. Default: `"efficientnet-b0"`. */
        backbone?:
          | "efficientnet-b0"
          | "efficientnet-b1"
          | "efficientnet-b2"
          | "efficientnet-b3"
          | "efficientnet-b4"
          | "efficientnet-b5"
          | "efficientnet-b6"
          | "efficientnet-b7"
          | "efficientnet-b8"
          | "efficientnet-l2"
          | "convnextv2-atto"
          | "convnextv2-femto"
          | "convnextv2-pico"
          | "convnextv2-nano"
          | "convnextv2-tiny"
          | "convnextv2-base"
          | "inceptionv3"
          | undefined;
        /** EfficientNet's "same" padding: for the nominal input size (as published), or for the actual one. Default: `"static"`. */
        padding?: "static" | "dynamic" | undefined;
        /** Widths of the dense blocks. Default: `[256]`. */
        dense_layers?: readonly number[] | undefined;
        /** Width of the layer for the sex input; 0: no sex input. Default: `32`. */
        sex_dcs?: number | undefined;
        /** Widths of a separate sex classifier; null or []: none. Default: `null`. */
        explicit_sex_classifier?: readonly number[] | null | undefined;
        /** With explicit_sex_classifier: a given sex replaces the predicted one as input. Default: `false`. */
        correct_predicted_sex?: boolean | undefined;
        /** Dropout of the dense blocks. Default: `0.2`. */
        dropout_p?: number | undefined;
        /** Weight of the age loss; with learnable_sigma its start value. Default: `1`. */
        age_sigma?: number | undefined;
        /** Weight of the sex loss; with learnable_sigma its start value. Default: `0`. */
        sex_sigma?: number | undefined;
        /** Learn the two weights. Default: `false`. */
        learnable_sigma?: boolean | undefined;
      }
    | undefined;
  /** An object with fields of the contract: formatVersion, kind, name, licence, provenance, intendedUse, inputSize, fit, depth, cropper, matchHistogram, matchHistogramRounding, resize, normalise, normaliseMean, normaliseSd, equalizeBins, maskNeeded, maskCropSize, subtractBackground, sexEncoding, sexPlane, ageUnit, ageHead, ageBins, memberCount, combineMembers, ageMeanMonths, ageSdMonths, biasSlope, biasIntercept, biasFemale, biasMale, featureStatistics, featureDistanceLimit, predictionIntervals, maskThreshold, maskSeedThreshold, maskViews, weightsDigest. */
  contract?: Manifest | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
