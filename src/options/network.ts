/** Options of the networks that are authored here, spelt as the reference's training spells them. */
import { z } from "zod";
import type { NetworkConfig } from "../native.js";

const widths = z.array(
  z
    .int()
    .min(1)
    .max(1 << 16),
);

/** What a network is made of; the defaults are the reference's. */
export const networkOptions = z.strictObject({
  backbone: z.string().default("efficientnet-b0").meta({
    description: "efficientnet-b0 to efficientnet-b8, efficientnet-l2, or inceptionv3",
    argument: "<name>",
    flag: "model.backbone",
  }),
  denseLayers: widths.default([256]).meta({
    description: "width of each dense layer",
    argument: "<n>",
    flag: "model.dense_layers",
  }),
  sexDcs: z.int().min(0).max(65536).default(32).meta({
    description: "width of the sex input; 0: the network takes no sex",
    argument: "<n>",
    flag: "model.sex_dcs",
  }),
  explicitSexClassifier: widths.default([]).meta({
    description:
      "widths of a sex classifier of its own on the features; none: the sex is read off the dense layers",
    argument: "<n>",
    flag: "model.explicit_sex_classifier",
  }),
  correctPredictedSex: z.boolean().optional().meta({
    description:
      "with an explicit classifier: whether a given sex is the sex input, rather than the prediction (default: false)",
    flag: "model.correct_predicted_sex",
  }),
  dropout: z.number().min(0).max(1).default(0.2).meta({
    description: "probability of dropout after each dense layer, in training",
    argument: "<p>",
    flag: "model.dropout_p",
  }),
  learnableSigma: z.boolean().optional().meta({
    description: "whether the weights of the two losses are learnt (default: false)",
    flag: "model.learnable_sigma",
  }),
  ageSigma: z.number().default(1).meta({
    description: "weight of the age loss; its start where it is learnt",
    argument: "<x>",
    flag: "model.age_sigma",
  }),
  sexSigma: z.number().default(1).meta({
    description: "weight of the sex loss; its start where it is learnt",
    argument: "<x>",
    flag: "model.sex_sigma",
  }),
  padding: z.enum(["static", "dynamic"]).default("static").meta({
    description:
      'EfficientNet\'s "same" padding: static, for its nominal size, as published weights want it; or for the real size',
    flag: "model.padding",
  }),
});
export type NetworkOptions = z.infer<typeof networkOptions>;

/** A network of the current generation. */
export function networkConfig(options: NetworkOptions): NetworkConfig {
  const { backbone, denseLayers, sexDcs, dropout, explicitSexClassifier, padding } = options;
  return {
    legacy: false,
    backbone,
    denseLayers,
    sexDcs,
    dropout,
    explicitSexClassifier,
    correctPredictedSex: options.correctPredictedSex ?? false,
    learnableSigma: options.learnableSigma ? [options.ageSigma, options.sexSigma] : [],
    padding,
    imagenetClassifier: false,
  };
}

/** The same as checked from outside, e.g. out of a file's metadata. */
export const networkConfigSchema = z.strictObject({
  legacy: z.boolean(),
  backbone: z.string(),
  denseLayers: widths,
  sexDcs: z.int().min(0).max(65536),
  dropout: z.number().min(0).max(1),
  explicitSexClassifier: widths,
  correctPredictedSex: z.boolean(),
  learnableSigma: z.array(z.number()).max(2),
  padding: z.enum(["static", "dynamic"]),
  imagenetClassifier: z.boolean(),
}) satisfies z.ZodType<NetworkConfig>;

/** In a few words: `efficientnet-b0, dense [256], sex input 32, explicit sex classifier [128]`. */
export function networkText(config: NetworkConfig): string {
  const { backbone, denseLayers, sexDcs, explicitSexClassifier } = config;
  const parts = [
    config.legacy ? `legacy ${backbone}` : backbone,
    `dense [${denseLayers.join(", ")}]`,
    sexDcs === 0 ? "no sex input" : `sex input ${sexDcs}`,
  ];
  if (explicitSexClassifier.length > 0) {
    const fed = config.correctPredictedSex ? "given" : "predicted";
    parts.push(`explicit sex classifier [${explicitSexClassifier.join(", ")}], the ${fed} sex goes in`);
  }
  if (config.padding === "dynamic") parts.push("dynamic padding");
  return parts.join(", ");
}
