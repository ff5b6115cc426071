/** Held against torchmetrics' and SciPy's numbers in parity/metrics. */
import { describe, expect, it } from "vitest";
import { lineInMonths, monthsFromZ, zFromMonths } from "../../../src/statistics/ageScale.js";
import { corrected, fitBiasLine } from "../../../src/statistics/biasLine.js";
import { binaryScores } from "../../../src/statistics/binaryScores.js";
import { correlation } from "../../../src/statistics/correlation.js";
import { meanAbsoluteDeviation, rootMeanSquareError } from "../../../src/statistics/deviations.js";
import { expectClose, metricsCases, metricsEdgeCases, movedLogits } from "../../helpers/metricsCases.js";

describe.each(metricsCases)("predictions with a slope of $slope and a bias of $bias", (aCase) => {
  const { age_hat_z: predictions, age_z: truths, metrics_age, metrics_sex } = aCase;
  const scale = { meanMonths: aCase.age_mean, sdMonths: aCase.age_std };
  const months = (ages: number[]) => ages.map((ageZ) => monthsFromZ(ageZ, scale));

  it("have torchmetrics' deviations and correlation", () => {
    const mad = meanAbsoluteDeviation(predictions, truths);
    expectClose(
      {
        val_MeanAbsoluteError: mad,
        val_RescaledMAE: meanAbsoluteDeviation(months(predictions), months(truths)),
        val_PearsonCorrCoef: correlation(predictions, truths),
        val_MeanSquaredError: rootMeanSquareError(predictions, truths),
      },
      metrics_age,
    );
  });

  it("have torchmetrics' scores of the sex", () => {
    const { accuracy, areaUnderRoc, f1 } = binaryScores(movedLogits(aCase), aCase.male);
    expectClose({ val_Accuracy: accuracy, val_AUROC: areaUnderRoc, val_F1Score: f1 }, metrics_sex);
  });

  it("have SciPy's line through their errors, in z and in months", () => {
    const inZ = fitBiasLine(predictions, truths);
    expectClose({ ...inZ }, { slope: aCase.refitted_slope, intercept: aCase.refitted_intercept });
    const { slope, intercept } = aCase.months_bias_regression;
    const expected = { slope, intercept };
    expectClose({ ...fitBiasLine(months(predictions), months(truths)) }, expected);
    expectClose({ ...lineInMonths(inZ, scale) }, expected);
  });

  it("have the MADs that NumPy finds before and after the correction", () => {
    const [ages, true_] = [months(predictions), months(truths)];
    const line = fitBiasLine(ages, true_);
    expectClose(
      {
        raw: meanAbsoluteDeviation(ages, true_),
        corrected: meanAbsoluteDeviation(
          ages.map((age) => corrected(age, line)),
          true_,
        ),
      },
      { raw: aCase.months_mad_raw, corrected: aCase.months_mad_corrected },
    );
  });

  it("come back from months as they were", () => {
    for (const ageZ of truths) expect(zFromMonths(monthsFromZ(ageZ, scale), scale)).toBeCloseTo(ageZ, 12);
  });
});

describe.each(metricsEdgeCases)("$case", (aCase) => {
  it("has SciPy's line, and torchmetrics' scores", () => {
    const line = fitBiasLine(Float32Array.from(aCase.age_hat_z), Float32Array.from(aCase.age_z));
    expectClose({ ...line }, { slope: aCase.bias[0]!, intercept: aCase.bias[1]! });
    const { accuracy, areaUnderRoc, f1 } = binaryScores(movedLogits(aCase), aCase.male);
    const expected = Object.entries(aCase).filter(([name]) => name.startsWith("sex_val_"));
    expectClose(
      { sex_val_Accuracy: accuracy, sex_val_AUROC: areaUnderRoc, sex_val_F1Score: f1 },
      Object.fromEntries(expected) as Record<string, number | "NaN">,
    );
  });
});
