/**
 * The metrics of an epoch under the reference's names, which are the tags of its TensorBoard: what is logged, and what
 * schedules and early stopping watch.
 */
import { type BiasLine, corrected } from "../../statistics/biasLine.js";
import { binaryScores } from "../../statistics/binaryScores.js";
import { correlation } from "../../statistics/correlation.js";
import { meanAbsoluteDeviation, rootMeanSquareError } from "../../statistics/deviations.js";
import type { Metrics } from "../hook.js";
import type { AgeOutputs } from "../outputRecorder.js";

export type Stage = "train" | "val";

export interface MetricsContext {
  /** Standard deviation of the training cohort's bone ages: months per unit of z. */
  ageSdMonths: number;
  /** In z. The `_reg` metrics are those of predictions that this line corrects. */
  bias: BiasLine;
}

/** Every metric of one stage of an epoch; NaN where it has no value, as the correlation of constant predictions. */
export function epochMetrics(stage: Stage, outputs: AgeOutputs, context: MetricsContext): Metrics {
  const { ageHatZ, ageZ, sexLogit, male } = outputs;
  const { ageSdMonths, bias } = context;
  const raw = ageMetrics(ageHatZ, ageZ, ageSdMonths);
  const unbiased = Float64Array.from(ageHatZ, (prediction) => corrected(prediction, bias));
  const regressed = ageMetrics(unbiased, ageZ, ageSdMonths);
  const sex = sexLogit === null ? {} : sexMetrics(sexLogit, male);
  return {
    ...named(`Metrics_Age/${stage}_`, raw),
    ...named(`Metrics_Age_Reg/${stage}_reg_`, regressed),
    ...named(`Metrics_Sex/${stage}_`, sex),
    ...(stage === "val" ? watched(raw, regressed, sex) : {}),
  };
}

/** The names that the reference's configurations monitor: two MADs in months, and an area under the ROC curve. */
function watched(raw: Metrics, regressed: Metrics, sex: Metrics): Metrics {
  const ages = { val_mad: raw.RescaledMAE!, val_reg_mad: regressed.RescaledMAE! };
  return named("Step-wise/", sex.AUROC === undefined ? ages : { ...ages, val_ROC: sex.AUROC });
}

function named(prefix: string, metrics: Metrics): Metrics {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [prefix + name, value]));
}

/** `RescaledMAE` is in months, the others in z. `MeanSquaredError` is the root of it, as in the reference. */
function ageMetrics(predictions: ArrayLike<number>, truths: ArrayLike<number>, sdMonths: number): Metrics {
  const madZ = meanAbsoluteDeviation(predictions, truths);
  return {
    MeanAbsoluteError: madZ,
    RescaledMAE: madZ * sdMonths,
    PearsonCorrCoef: correlation(predictions, truths),
    MeanSquaredError: rootMeanSquareError(predictions, truths),
  };
}

/** The reference calls male what has a logit of 0.5 or more; here it is 0, a probability of one half. */
function sexMetrics(logits: ArrayLike<number>, male: ArrayLike<number>): Metrics {
  const { accuracy, areaUnderRoc, f1 } = binaryScores(logits, male);
  return { Accuracy: accuracy, AUROC: areaUnderRoc, F1Score: f1 };
}
