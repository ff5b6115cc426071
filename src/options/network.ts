/** Configurations of our networks: from settings, from a file's metadata, and as text. */
import { z } from "zod";
import type {
  AnyNetworkConfig,
  CropperNetworkConfig,
  ExpectationNetworkConfig,
  MaskNetworkConfig,
  NetworkConfig,
} from "../native.js";
import type { NetworkSettings } from "./train/modelSettings.js";

const widths = z.array(
  z
    .int()
    .min(1)
    .max(1 << 16),
);

/** Returns the network that the settings `model.*` of training and `init` describe. */
export function networkConfig(settings: NetworkSettings): AnyNetworkConfig {
  switch (settings.kind) {
    case "mask":
      return maskConfig(settings);
    case "expectation":
      return expectationConfig(settings);
    case "age":
      return boneAgeConfig(settings);
  }
}

/** Returns the network whose age is an expectation that they describe. Its backbone must be a ConvNeXt V2. */
export const expectationConfig = (settings: NetworkSettings): ExpectationNetworkConfig => ({
  trunk: settings.backbone,
  planes: settings.sex_dcs > 0 ? 2 : 1,
  bins: settings.expectation_months,
  members: 0,
  dropout: settings.dropout_p,
  dropPath: 0.2,
  hasMonths: settings.expectation_second_head,
});

export const maskConfig = (settings: NetworkSettings): MaskNetworkConfig => ({
  filters: settings.mask_filters,
  kernel: settings.mask_kernel,
  maxFilters: settings.mask_max_filters ?? settings.mask_filters,
});

/** Returns the bone-age network of the current generation that they describe. */
export function boneAgeConfig(settings: NetworkSettings): NetworkConfig {
  return {
    legacy: false,
    backbone: settings.backbone,
    denseLayers: settings.dense_layers,
    sexDcs: settings.sex_dcs,
    dropout: settings.dropout_p,
    explicitSexClassifier: settings.explicit_sex_classifier ?? [],
    correctPredictedSex: settings.correct_predicted_sex,
    learnableSigma: settings.learnable_sigma ? [settings.age_sigma, settings.sex_sigma] : [],
    padding: settings.padding,
    imagenetClassifier: false,
  };
}

/** Checks a network configuration from outside, such as a file's metadata. */
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
  hasMatrices: z.boolean().optional(),
}) satisfies z.ZodType<NetworkConfig>;

/** Files of the time before `maxFilters` have as many channels in all layers. */
export const maskNetworkSchema = z
  .strictObject({
    filters: z.int().min(1).max(1024),
    kernel: z.int().min(1).max(31),
    maxFilters: z.int().min(1).max(1024).optional(),
  })
  .transform((config): MaskNetworkConfig => ({ ...config, maxFilters: config.maxFilters ?? config.filters }));

const expectationNetworkSchema = z.strictObject({
  trunk: z.string(),
  planes: z.int().min(1).max(4),
  bins: z.int().min(2).max(65536),
  members: z.int().min(0).max(64),
  dropout: z.number().min(0).max(1),
  dropPath: z.number().min(0).max(1).default(0),
  hasMatrices: z.boolean().optional(),
  hasMonths: z.boolean().default(false),
}) satisfies z.ZodType<ExpectationNetworkConfig>;

const cropperNetworkSchema = z.strictObject({
  cropper: z.literal("mobilenetv3_small_100"),
}) satisfies z.ZodType<CropperNetworkConfig>;

export const anyNetworkSchema = z.union([
  networkConfigSchema,
  maskNetworkSchema,
  expectationNetworkSchema,
  cropperNetworkSchema,
]);

export const isExpectationConfig = (config: AnyNetworkConfig): config is ExpectationNetworkConfig =>
  "trunk" in config;
export const isCropperConfig = (config: AnyNetworkConfig): config is CropperNetworkConfig =>
  "cropper" in config;
/** Whether a network has Deeplasia's heads on a backbone. */
export const isBoneAgeConfig = (config: AnyNetworkConfig): config is NetworkConfig => "backbone" in config;
export const isMaskConfig = (config: AnyNetworkConfig): config is MaskNetworkConfig => "filters" in config;

/** Describes a network: `efficientnet-b0, dense [256], sex input 32, explicit sex classifier [128]`. */
export function networkText(config: AnyNetworkConfig): string {
  if (isMaskConfig(config)) {
    const { filters, kernel, maxFilters } = config;
    const width = maxFilters > filters ? `${filters} to ${maxFilters}` : `${filters}`;
    return `hand masks: competitive U-Net, ${width} filters of ${kernel}x${kernel}`;
  }
  if (isCropperConfig(config)) return `box of the hand: ${config.cropper}`;
  if (isExpectationConfig(config)) {
    const { members, trunk, planes, bins } = config;
    const networks = members > 1 ? `${members} networks, each ` : "";
    return `${networks}${trunk} of ${planes === 1 ? "1 plane" : `${planes} planes`}, expectation over ${bins} bins`;
  }
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
