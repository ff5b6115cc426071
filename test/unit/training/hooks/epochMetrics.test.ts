/** Held against torchmetrics' and SciPy's numbers in parity/metrics. */
import { describe, expect, it } from "vitest";
import { NO_BIAS } from "../../../../src/statistics/biasLine.js";
import { epochMetrics } from "../../../../src/training/hooks/epochMetrics.js";
import {
  type CaseOutputs,
  expectClose,
  metricsCases,
  metricsEdgeCases,
  movedLogits,
} from "../../../helpers/metricsCases.js";

const outputsOf = (aCase: CaseOutputs) => ({
  ageHatZ: Float32Array.from(aCase.age_hat_z),
  ageZ: Float32Array.from(aCase.age_z),
  male: aCase.male,
  sexLogit: movedLogits(aCase),
});

describe.each(metricsCases)("parity, bias $slope and $bias", (aCase) => {
  const bias = { slope: aCase.slope, intercept: aCase.bias };
  const metrics = epochMetrics("val", outputsOf(aCase), { ageSdMonths: aCase.age_std, bias });

  it("has the reference's metrics of the age, raw and corrected, and of the sex", () => {
    expectClose(metrics, aCase.metrics_age, "Metrics_Age/");
    expectClose(metrics, aCase.metrics_age_reg, "Metrics_Age_Reg/");
    expectClose(metrics, aCase.metrics_sex, "Metrics_Sex/");
  });

  it("gives those that are monitored by the reference's names", () => {
    expectClose(metrics, {
      "Step-wise/val_mad": aCase.metrics_age.val_RescaledMAE!,
      "Step-wise/val_reg_mad": aCase.metrics_age_reg.val_reg_RescaledMAE!,
      "Step-wise/val_ROC": aCase.metrics_sex.val_AUROC!,
    });
  });
});

describe.each(metricsEdgeCases)("parity, $case", (aCase) => {
  it("has the reference's metrics", () => {
    const metrics = epochMetrics("val", outputsOf(aCase), { ageSdMonths: 40, bias: NO_BIAS });
    const expected = (kind: "age" | "sex") =>
      Object.fromEntries(
        Object.entries(aCase)
          .filter(([name]) => name.startsWith(`${kind}_val_`))
          .map(([name, value]) => [name.slice(4), value as number | "NaN"]),
      );
    expectClose(metrics, expected("age"), "Metrics_Age/");
    expectClose(metrics, expected("sex"), "Metrics_Sex/");
  });
});

it("calls male what has a probability of at least one half, unlike the reference", () => {
  const outputs = { ageHatZ: [0, 1], ageZ: [0, 1], male: [1, 0], sexLogit: [0.2, -0.2] };
  const metrics = epochMetrics("train", outputs, { ageSdMonths: 1, bias: NO_BIAS });
  expect(metrics).toMatchObject({ "Metrics_Sex/train_Accuracy": 1, "Metrics_Sex/train_F1Score": 1 });
});

it("has no metrics of the sex without a sex head, and nothing to monitor while training", () => {
  const outputs = { ageHatZ: [0, 1], ageZ: [0, 1], male: [1, 0], sexLogit: null };
  const names = (stage: "train" | "val") =>
    Object.keys(epochMetrics(stage, outputs, { ageSdMonths: 1, bias: NO_BIAS }));
  expect(names("val").filter((name) => /Sex|ROC/.test(name))).toEqual([]);
  expect(names("val").filter((name) => name.startsWith("Step-wise"))).toHaveLength(2);
  expect(names("train").filter((name) => name.startsWith("Step-wise"))).toEqual([]);
});
