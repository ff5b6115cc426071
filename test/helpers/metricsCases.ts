/** torchmetrics' and SciPy's numbers of made-up predictions: parity/metrics. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { fixture } from "./testData.js";

export interface MetricsCase {
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

export type CaseOutputs = Pick<MetricsCase, "age_z" | "age_hat_z" | "male" | "sex_logit">;
export type MetricsEdgeCase = CaseOutputs & {
  case: string;
  bias: (number | "NaN")[];
} & Record<`${"age" | "sex"}_val_${string}`, number | "NaN">;

export const { cases: metricsCases, edge_cases: metricsEdgeCases } = JSON.parse(
  readFileSync(fixture("parity/metrics/metrics.json"), "utf8"),
) as { cases: MetricsCase[]; edge_cases: MetricsEdgeCase[] };

/** The fixtures' tolerance. */
export function expectClose(
  actual: Record<string, number>,
  expected: Record<string, number | "NaN">,
  prefix = "",
) {
  for (const [name, value] of Object.entries(expected)) {
    const ours = actual[prefix + name];
    if (value === "NaN") expect(ours, name).toBeNaN();
    else
      expect(Math.abs(ours! - value), `${name}: ${ours}, not ${value}`).toBeLessThan(
        1e-5 * Math.max(1, value),
      );
  }
}

/** The reference calls male what has a logit of 0.5 or more; moved by as much, its logits mean here what they mean there. */
export const movedLogits = ({ sex_logit }: CaseOutputs) => sex_logit.map((logit) => logit - 0.5);
