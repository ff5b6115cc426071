import { expectationFields, OPEN_FAMILY } from "../../contract/published.js";
import { expectationConfig } from "../../options/network.js";
import { boneAge } from "./boneAge.js";
import { contradiction } from "./contradiction.js";
import { startOnBackbone } from "./startOnBackbone.js";
import type { TrainingKind } from "./trainingKind.js";
import { withoutEffect } from "./withoutEffect.js";

/** Settings of Deeplasia's heads, and of networks for masks. */
const OTHERS = [
  ...["padding", "dense_layers", "explicit_sex_classifier", "correct_predicted_sex", "sex_sigma"],
  ...["learnable_sigma", "mask_filters", "mask_max_filters", "mask_kernel"],
].map((name) => `model.${name}`);

/** Networks that learn bone ages as expectations of a distribution over months, with the sex as a plane of the picture. */
export const expectation: TrainingKind = {
  ...boneAge,
  family: { ...boneAge.family, ageUnit: OPEN_FAMILY.ageUnit, ageHead: OPEN_FAMILY.ageHead },

  pictureFields(config) {
    const fields = boneAge.pictureFields(config);
    const { normaliseMean, normaliseSd } = OPEN_FAMILY;
    return { ...fields, "data.norm_method": { ...fields["data.norm_method"], normaliseMean, normaliseSd } };
  },

  // The scale is that of months.
  cohortText: () => "",

  check({ model, data }, settings) {
    if (!model.backbone.startsWith("convnextv2-"))
      throw contradiction(
        `model.backbone is ${model.backbone}, but a network of the kind expectation has a ConvNeXt V2`,
        "Set model.backbone to convnextv2-atto, or leave model.kind out.",
      );
    if (model.sex_dcs > 0 && data.norm_method !== "fixed" && data.norm_method !== "none")
      throw contradiction(
        `data.norm_method is ${data.norm_method}, which depends on the picture; the plane of the sex is normalised with it`,
        "Set data.norm_method to fixed, or model.sex_dcs to 0 for a network without the sex.",
      );
    return withoutEffect(settings, OTHERS, "a network of the kind expectation has no such part");
  },

  freshNetwork(config, seed) {
    const network = expectationConfig(config.model);
    return startOnBackbone(network, config, seed, expectationFields(network));
  },
};
