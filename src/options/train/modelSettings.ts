/** `model.*`: the network, and what its training minimises. Names and meanings are the reference's. */
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
  "inceptionv3",
] as const;

/** What a network learns, and the kind of its model. */
export const TRAINED_KINDS = { age: "bone_age", mask: "hand_mask" } as const satisfies Record<
  string,
  ModelKind
>;
export type TrainedKind = keyof typeof TRAINED_KINDS;

/** What a network is made of; the two weights are parameters of it where they are learnt. */
export const networkSettings = z.strictObject({
  kind: z
    .enum(Object.keys(TRAINED_KINDS) as [TrainedKind, ...TrainedKind[]])
    .default("age")
    .meta({
      description:
        "what the network learns: bone ages, or the mask of the hand (then only mask_filters and mask_kernel shape it)",
    }),
  mask_filters: z.int().min(1).max(1024).default(32).meta({
    description: "kind mask: channels of each layer",
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
      'EfficientNet\'s "same" padding, for the nominal input size, as published, or for the real one',
  }),
  dense_layers: widths.default([256]).meta({ description: "widths of the dense blocks", argument: "<n>" }),
  sex_dcs: z.int().min(0).max(65536).default(32).meta({
    description: "width of the layer for the sex input; 0: the sex is no input",
    argument: "<n>",
  }),
  explicit_sex_classifier: widths.nullable().default(null).meta({
    description: "widths of a sex classifier of its own; null or []: none",
    argument: "<n>",
  }),
  correct_predicted_sex: z.boolean().default(false).meta({
    description:
      "with explicit_sex_classifier: the true sex is the input, where given, not the predicted one",
  }),
  dropout_p: z.number().min(0).lt(1).default(0.2).meta({
    description: "dropout of the dense blocks",
    argument: "<p>",
  }),
  age_sigma: z.number().min(0).default(1).meta({
    description: "weight of the age loss; with learnable_sigma where its weight starts",
    argument: "<weight>",
  }),
  sex_sigma: z.number().min(0).default(0).meta({
    description: "the same for the sex loss",
    argument: "<weight>",
  }),
  learnable_sigma: z.boolean().default(false).meta({ description: "learn the two weights" }),
});

export type NetworkSettings = z.infer<typeof networkSettings>;

/** The settings that every single step uses. `createTrainer` has them too. */
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
        "probability that training leaves out an EfficientNet's last residual block, growing to it from 0 at the first; " +
        "null: as the network has it, 0.2 in a fresh one",
      argument: "<p>",
    }),
  freeze: z.array(z.string().min(1)).default([]).meta({
    description: "parameters that are not trained, by name; * stands for any text",
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
      description: "start the backbone from ImageNet weights in this file; null or false: fresh weights",
      argument: "<file>",
      mayChange: true,
    }),
  stem: z.enum(["fresh", "sum"]).default("fresh").meta({
    description: "with pretrained: fresh weights for the one grey channel, or the three colours' summed up",
    mayChange: true,
  }),
  init_from: z.string().min(1).nullable().default(null).meta({
    description: "train this model further: TorchScript, or a checkpoint's weights; no fresh network is made",
    reads: true,
    argument: "<file>",
    mayChange: true,
  }),
  ...stepModelSettings,
});
