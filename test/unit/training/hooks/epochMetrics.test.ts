/** Held against torchmetrics' and SciPy's numbers in parity/metrics. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { corrected, epochMetrics, fitBias, NO_BIAS } from "../../../../src/training/hooks/epochMetrics.js";
import { fixture } from "../../../helpers/testData.js";

interface Case {
  age_z: number[];
  age_hat_z: number[];
  male: number[];
  sex_logit: number[];
  age_std: number;
  age_mean: number;
  slope: number;
  bias: number;
  metrics_age: Record<string, number>;
  metrics_age_reg: Record<string, number>;
  metrics_sex: Record<string, number>;
  refitted_slope: number;
  refitted_intercept: number;
  months_bias_regression: { slope: number; intercept: number };
  months_mad_raw: number;
  months_mad_corrected: number;
}

type Outputs = Pick<Case, "age_z" | "age_hat_z" | "male" | "sex_logit">;
type EdgeCase = Outputs & {
  case: string;
  bias: (number | "NaN")[];
} & Record<`${"age" | "sex"}_val_${string}`, number | "NaN">;

const { cases, edge_cases: edgeCases } = JSON.parse(
  readFileSync(fixture("parity/metrics/metrics.json"), "utf8"),
) as { cases: Case[]; edge_cases: EdgeCase[] };

/** The reference calls male what has a logit of 0.5 or more; moved by as much, its logits mean here what they mean there. */
const CUT = 0.5;
const outputsOf = ({ age_hat_z, age_z, male, sex_logit }: Outputs, cut = CUT) => ({
  ageHatZ: Float32Array.from(age_hat_z),
  ageZ: Float32Array.from(age_z),
  male,
  sexLogit: sex_logit.map((logit) => logit - cut),
});

function expectClose(actual: Record<string, number>, expected: Record<string, number | "NaN">, prefix = "") {
  for (const [name, value] of Object.entries(expected)) {
    const ours = actual[prefix + name];
    if (value === "NaN") expect(ours, name).toBeNaN();
    else
      expect(Math.abs(ours! - value), `${name}: ${ours}, not ${value}`).toBeLessThan(
        1e-5 * Math.max(1, value),
      );
  }
}

describe.each(cases)("parity, bias $slope and $bias", (aCase) => {
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

  it("fits the reference's line through the errors, in z and in months", () => {
    const fitted = fitBias(aCase.age_hat_z, aCase.age_z);
    expectClose({ ...fitted }, { slope: aCase.refitted_slope, intercept: aCase.refitted_intercept });
    const months = (z: number) => z * aCase.age_std + aCase.age_mean;
    const [predictions, truths] = [aCase.age_hat_z.map(months), aCase.age_z.map(months)];
    const inMonths = fitBias(predictions, truths);
    const { slope, intercept } = aCase.months_bias_regression;
    expectClose({ ...inMonths }, { slope, intercept });
    const mad = (line: typeof NO_BIAS) =>
      predictions.reduce((sum, y, i) => sum + Math.abs(corrected(y, line) - truths[i]!), 0) / truths.length;
    expectClose(
      { raw: mad(NO_BIAS), corrected: mad(inMonths) },
      { raw: aCase.months_mad_raw, corrected: aCase.months_mad_corrected },
    );
  });
});

describe.each(edgeCases)("parity, $case", (aCase) => {
  it("has the reference's metrics and line", () => {
    const metrics = epochMetrics("val", outputsOf(aCase), { ageSdMonths: 40, bias: NO_BIAS });
    const expected = (kind: "age" | "sex") =>
      Object.fromEntries(
        Object.entries(aCase)
          .filter(([name]) => name.startsWith(`${kind}_val_`))
          .map(([name, value]) => [name.slice(4), value as number | "NaN"]),
      );
    expectClose(metrics, expected("age"), "Metrics_Age/");
    expectClose(metrics, expected("sex"), "Metrics_Sex/");
    const { slope, intercept } = fitBias(Float32Array.from(aCase.age_hat_z), Float32Array.from(aCase.age_z));
    expectClose({ slope, intercept }, { slope: aCase.bias[0]!, intercept: aCase.bias[1]! });
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
