import type { Logger } from "../../console/logger.js";
import { NO_BIAS_FIELDS } from "../../contract/boneAgeFields.js";
import { completeContract } from "../../contract/contract.js";
import type { Manifest } from "../../contract/manifest.js";
import { correctionDoubt } from "../../contract/plausible.js";
import { FAMILY } from "../../contract/published.js";
import { DeeplasiaError } from "../../errors.js";
import { boneAgeConfig } from "../../options/network.js";
import type { TrainConfig } from "../../options/train/index.js";
import { type AgeScale, lineInMonths } from "../../statistics/ageScale.js";
import type { BiasLine } from "../../statistics/biasLine.js";
import { openAgeCohort } from "../../training/ageCohort.js";
import { METRIC_NAMES, MetricsHook } from "../../training/hooks/metricsHook.js";
import type { TrainingCohort } from "../../training/trainingCohort.js";
import { ageRow, PARTS } from "../../training/trainingRow.js";
import { evaluateAfterTraining } from "../evaluateAfterTraining.js";
import { hyperParameterMetrics } from "../evaluationTable.js";
import { startOnBackbone } from "./startOnBackbone.js";
import type { EvaluationParts, KindMetrics, MetricsParts, TrainingKind } from "./trainingKind.js";
import { withoutEffect } from "./withoutEffect.js";

const MASKS_ONLY = ["model.mask_filters", "model.mask_max_filters", "model.mask_kernel"];
const EXPECTATIONS_ONLY = ["model.expectation_months", "model.expectation_second_head"];

const hasMasks = ({ data }: TrainConfig) => data.mask_dirs.length > 0 && data.mask_dirs[0] !== "";

/** Networks that learn bone ages, and the sex. */
export const boneAge: TrainingKind = {
  modelKind: "bone_age",
  learnsMasks: false,
  family: FAMILY,

  pictureFields({ data }) {
    return {
      "data.input_size": { inputSize: data.input_size },
      "data.norm_method": { normalise: data.norm_method },
      "data.mask_crop_size": { maskCropSize: data.mask_crop_size },
      "data.mask_dirs": { maskNeeded: data.mask_dirs.some((folder) => folder !== "") },
    };
  },

  *check({ model }, settings) {
    if (!model.learnable_sigma && model.age_sigma === 0 && model.sex_sigma === 0)
      throw new DeeplasiaError(
        "ERR_DEEPLASIA_OPTION",
        "model.age_sigma and model.sex_sigma are both 0: there is nothing to learn",
        { remedy: "Increase one of them." },
      );
    yield* withoutEffect(settings, MASKS_ONLY, "only mask networks have it");
    yield* withoutEffect(settings, EXPECTATIONS_ONLY, "only networks of the kind expectation have it");
  },

  freshNetwork(config, seed) {
    const network = boneAgeConfig(config.model);
    return startOnBackbone(network, config, seed, { sexEncoding: network.sexDcs > 0 ? "male-1" : "none" });
  },

  openCohort: ({ data }, manifest) => openAgeCohort(data, knownScale(manifest)),

  cohortText(cohort) {
    const { meanMonths, sdMonths } = scaleOf(cohort);
    return `ages of training: ${meanMonths.toFixed(1)} ± ${sdMonths.toFixed(1)} months`;
  },

  contract({ manifest, file, sexEncoding }, cohort, own) {
    const { meanMonths, sdMonths } = scaleOf(cohort);
    const scaled = manifest.ageUnit === "z" ? { ageMeanMonths: meanMonths, ageSdMonths: sdMonths } : {};
    const complete = { ...manifest, ...scaled, sexEncoding, ...own, ...NO_BIAS_FIELDS };
    return completeContract(complete, file, "bone_age");
  },

  metricNames: METRIC_NAMES,

  createMetrics({ config, trainer, cohort, logger }: MetricsParts): KindMetrics {
    const scale = scaleOf(cohort);
    const fixed = { age: config.model.age_sigma, sex: config.model.sex_sigma };
    const lossWeights = () => {
      const learnt = trainer.lossWeights;
      return { ...(learnt ?? fixed), learnt: learnt !== null };
    };
    const hook = new MetricsHook({ ageSdMonths: scale.sdMonths, lossWeights }, logger);
    const correction = plausibleCorrection(scale, logger);
    return { hook, manifest: () => correction(hook.bias) };
  },

  hyperParameters(config) {
    const { model, data, name } = config;
    return {
      age_sigma: model.age_sigma,
      backbone: model.backbone,
      batch_size: data.train_batch_size,
      correct_predicted_sex: model.correct_predicted_sex,
      dense_layers: model.dense_layers,
      dropout_p: model.dropout_p,
      explicit_sex_classifier: model.explicit_sex_classifier,
      img_norm_method: data.norm_method,
      input_size: data.input_size,
      learnable_sigma: model.learnable_sigma,
      masked_input: hasMasks(config),
      name,
      pretrained: model.pretrained,
      sex_dcs: model.sex_dcs,
      sex_sigma: model.sex_sigma,
    };
  },

  untested: hyperParameterMetrics({}),

  async evaluate({ failures, ...run }: EvaluationParts) {
    const { parts: metrics } = await evaluateAfterTraining({
      ...run,
      parts: agesOf(run.cohort),
      device: run.trainer.device.name,
      onFailure: (row, error) => failures.add(row, error),
    });
    return { metrics, masks: {}, tested: hyperParameterMetrics(metrics) };
  },
};

function agesOf({ parts }: TrainingCohort) {
  const rows = PARTS.map((part) => [part, { rows: parts[part].rows.map(ageRow) }]);
  return Object.fromEntries(rows) as Parameters<typeof evaluateAfterTraining>[0]["parts"];
}

function scaleOf({ scale }: Pick<TrainingCohort, "scale">): AgeScale {
  if (scale === null) throw new TypeError("a cohort for bone ages has a scale");
  return scale;
}

/** The age scale of a network that was trained before; undefined for one that was not. */
function knownScale({ ageUnit, ageMeanMonths, ageSdMonths }: Manifest): AgeScale | undefined {
  if (ageUnit === "months") return { meanMonths: 0, sdMonths: 1 };
  if (ageMeanMonths === undefined || ageSdMonths === undefined) return undefined;
  return { meanMonths: ageMeanMonths, sdMonths: ageSdMonths };
}

/**
 * Turns a bias line in z into the contract's correction in months. An implausible line, as that of a network that has not
 * learnt ages yet, gives no correction; the first one is logged.
 */
function plausibleCorrection(scale: AgeScale, logger: Logger): (bias: BiasLine) => Manifest {
  let isLogged = false;
  return (bias) => {
    const { slope: biasSlope, intercept: biasIntercept } = lineInMonths(bias, scale);
    const doubt = correctionDoubt(biasSlope, biasIntercept);
    if (doubt === null) return { biasSlope, biasIntercept };
    if (!isLogged) logger.warn(`saved without a bias correction as long as it is implausible: ${doubt.text}`);
    isLogged = true;
    return { biasSlope: 0, biasIntercept: 0 };
  };
}
