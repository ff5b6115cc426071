/** `model.*`: the network and its losses. Names and meanings are the reference's. */
import { z } from "zod";
import type { ModelKind } from "../../contract/kindNames.js";

const widths = z.array(z.int().min(1).max(65536));

const BACKBONES = [
  "efficientnet-b0",
  "efficientnet-b1",
  "efficientnet-b2",
  "efficientnet-b3",
  "efficientnet-b4",
  "efficientnet-b5",
  "efficientnet-b6",
  "efficientnet-b7",
  "efficientnet-b8",
  "efficientnet-l2",
  "convnextv2-atto",
  "convnextv2-femto",
  "convnextv2-pico",
  "convnextv2-nano",
  "convnextv2-tiny",
  "convnextv2-base",
  "inceptionv3",
] as const;

/** What a network learns, and the kind of its model. */
export const TRAINED_KINDS = {
  age: "bone_age",
  expectation: "bone_age",
  mask: "hand_mask",
} as const satisfies Record<string, ModelKind>;
export type TrainedKind = keyof typeof TRAINED_KINDS;

/** The architecture of a network. With learnable_sigma the two weights are parameters of the network. */
export const networkSettings = z.strictObject({
  kind: z
    .enum(Object.keys(TRAINED_KINDS) as [TrainedKind, ...TrainedKind[]])
    .default("age")
    .meta({
      description:
        "what the network learns: bone ages; bone ages as the expectation of a distribution over months (a ConvNeXt V2 with the head of " +
        "ianpan/bone-age, and the settings expectation_…); or the mask of the hand (then only the settings mask_… shape it)",
    }),
  expectation_months: z.int().min(2).max(1200).default(240).meta({
    description: "kind expectation: the ages are 0, 1, … up to one less than this, in months",
    argument: "<n>",
  }),
  expectation_second_head: z
    .boolean()
    .default(true)
    .meta({
      description:
        "kind expectation: a second head that returns the age itself, in training alone; the loss is (its absolute error + 0.4 of " +
        "the expectation's) / 1.4, as ianpan/bone-age was trained; false: the expectation's absolute error",
    }),
  mask_filters: z.int().min(1).max(1024).default(32).meta({
    description: "kind mask: channels of each layer",
    argument: "<n>",
  }),
  mask_max_filters: z.int().min(1).max(1024).nullable().default(null).meta({
    description:
      "kind mask: each pooling doubles the channels up to this many; null: all layers have mask_filters, as in the reference",
    argument: "<n>",
  }),
  mask_kernel: z
    .int()
    .min(1)
    .max(31)
    .refine((side) => side % 2 === 1, { error: "must be odd" })
    .default(5)
    .meta({ description: "kind mask: side of the larger kernels, odd", argument: "<n>" }),
  backbone: z.enum(BACKBONES).default("efficientnet-b0").meta({
    description: "network before the heads",
    argument: "<name>",
  }),
  padding: z.enum(["static", "dynamic"]).default("static").meta({
    description:
      'EfficientNet\'s "same" padding: for the nominal input size (as published), or for the actual one',
  }),
  dense_layers: widths.default([256]).meta({ description: "widths of the dense blocks", argument: "<n>" }),
  sex_dcs: z.int().min(0).max(65536).default(32).meta({
    description: "width of the layer for the sex input; 0: no sex input",
    argument: "<n>",
  }),
  explicit_sex_classifier: widths.nullable().default(null).meta({
    description: "widths of a separate sex classifier; null or []: none",
    argument: "<n>",
  }),
  correct_predicted_sex: z.boolean().default(false).meta({
    description: "with explicit_sex_classifier: a given sex replaces the predicted one as input",
  }),
  dropout_p: z.number().min(0).lt(1).default(0.2).meta({
    description: "dropout of the dense blocks",
    argument: "<p>",
  }),
  age_sigma: z.number().min(0).default(1).meta({
    description: "weight of the age loss; with learnable_sigma its start value",
    argument: "<weight>",
  }),
  sex_sigma: z.number().min(0).default(0).meta({
    description: "weight of the sex loss; with learnable_sigma its start value",
    argument: "<weight>",
  }),
  learnable_sigma: z.boolean().default(false).meta({ description: "learn the two weights" }),
});

export type NetworkSettings = z.infer<typeof networkSettings>;

/** The settings of a single step. `createTrainer` has them too. */
export const stepModelSettings = {
  age_sigma: networkSettings.shape.age_sigma,
  sex_sigma: networkSettings.shape.sex_sigma,
  drop_connect: z
    .number()
    .min(0)
    .lt(1)
    .nullable()
    .default(null)
    .meta({
      description:
        "probability that a training step skips the last residual block of an EfficientNet or a ConvNeXt; it rises from 0 at the first " +
        "block; null: the network's own value, 0.2 in a new network",
      argument: "<p>",
    }),
  freeze: z.array(z.string().min(1)).default([]).meta({
    description: "names of parameters that are not trained; * matches any text",
    argument: "<patterns...>",
  }),
};

export const modelSettings = z.strictObject({
  ...networkSettings.shape,
  pretrained: z
    .union([
      z.literal(false),
      z.string().regex(/^(?!true$)./i, { error: "must be the file of ImageNet weights: none are fetched" }),
    ])
    .nullable()
    .default(null)
    .meta({
      description: "file with ImageNet weights for the backbone; null or false: random weights",
      argument: "<file>",
      mayChange: true,
    }),
  stem: z.enum(["fresh", "sum"]).default("fresh").meta({
    description:
      "with pretrained: new weights for the grey channel, or the sum of the three colours' weights",
    mayChange: true,
  }),
  init_from: z.string().min(1).nullable().default(null).meta({
    description:
      "continue training this model, TorchScript or the weights of a checkpoint, instead of a new network",
    reads: true,
    argument: "<file>",
    mayChange: true,
  }),
  ...stepModelSettings,
});
