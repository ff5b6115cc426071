import { freshNetwork } from "../../checkpoint/freshNetwork.js";
import { completeContract } from "../../contract/contract.js";
import { MASK_FAMILY } from "../../contract/published.js";
import { requireSquare } from "../../model/loadHandMaskModel.js";
import { maskConfig, networkText } from "../../options/network.js";
import type { TrainConfig } from "../../options/train/index.js";
import { MASK_METRIC_NAMES, MaskMetricsHook } from "../../training/hooks/maskMetricsHook.js";
import { openMaskCohort } from "../../training/maskCohort.js";
import { evaluateMasks } from "../evaluateMasks.js";
import { maskResults } from "../maskTable.js";
import { contradiction } from "./contradiction.js";
import type { TrainingKind } from "./trainingKind.js";
import { withoutEffect } from "./withoutEffect.js";

/** Each of the network's four poolings halves the sides of its input. */
const STRIDE = 16;

/**
 * A pixel that a network of ours calls more likely hand than not is the hand's, as in the Dice that training measures. The
 * reference's service has a lower threshold for its own network.
 */
const LIKELY = 0.5;

/** Settings of bone ages, of their pictures and of their evaluation. */
const AGES_ONLY = [
  ...["backbone", "padding", "dense_layers", "sex_dcs", "explicit_sex_classifier", "correct_predicted_sex"],
  ...["dropout_p", "age_sigma", "sex_sigma", "learnable_sigma", "pretrained", "stem"],
  ...["expectation_months", "expectation_second_head"],
]
  .map((name) => `model.${name}`)
  .concat("data.reference_training")
  .concat("no_test_tta_rot", "no_test_tta_flip", "train_tta_rot", "train_tta_flip", "no_regression");

/** Networks that mark the hand, and learn it from masks. */
export const handMask: TrainingKind = {
  modelKind: "hand_mask",
  learnsMasks: true,
  family: MASK_FAMILY,

  pictureFields({ data }) {
    return {
      "data.input_size": { inputSize: data.input_size },
      "data.norm_method": { normalise: data.norm_method },
    };
  },

  check({ data, model }, settings) {
    requireInput(data.input_size);
    if (data.mask_crop_size > 0)
      throw contradiction(
        `data.mask_crop_size is ${data.mask_crop_size}, but a mask network finds the hand in the whole picture`,
        "Leave it out, or set it to -1.",
      );
    if (model.drop_connect !== null)
      throw contradiction(
        "model.drop_connect: a mask network has no residual blocks that training can skip",
        "Leave it out.",
      );
    return withoutEffect(settings, AGES_ONLY, "a mask network learns no bone ages");
  },

  async freshNetwork({ model }, seed) {
    const network = maskConfig(model);
    const handle = await freshNetwork(network, { seed });
    return { handle, text: `${networkText(network)}, fresh weights`, manifest: { maskThreshold: LIKELY } };
  },

  openCohort: ({ data }) => openMaskCohort(data),
  cohortText: () => "",

  contract({ manifest, file }, _cohort, own) {
    const contract = completeContract({ ...manifest, ...own }, file, "hand_mask");
    requireSquare(file, contract);
    requireInput(contract.inputSize);
    return contract;
  },

  metricNames: MASK_METRIC_NAMES,
  createMetrics: () => ({ hook: new MaskMetricsHook(), manifest: () => ({}) }),

  hyperParameters({ model, data, name }) {
    return {
      batch_size: data.train_batch_size,
      img_norm_method: data.norm_method,
      input_size: data.input_size,
      kind: model.kind,
      mask_filters: model.mask_filters,
      mask_kernel: model.mask_kernel,
      mask_max_filters: model.mask_max_filters,
      name,
    };
  },

  untested: maskResults({}),

  async evaluate(parts) {
    const masks = await evaluateMasks(parts);
    return { metrics: {}, masks, tested: maskResults(masks) };
  },
};

function requireInput([channels, height, width]: TrainConfig["data"]["input_size"]): void {
  if (channels === 1 && height === width && height % STRIDE === 0) return;
  throw contradiction(
    `data.input_size is ${channels} ${height} ${width}; a mask network needs one channel and a square whose side is a multiple of ${STRIDE}`,
    "Set data.input_size to 1 512 512, or to 1 256 256.",
  );
}
