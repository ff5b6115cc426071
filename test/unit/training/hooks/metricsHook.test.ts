import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { silentLogger } from "../../../../src/console/logger.js";
import { corrected, fitBiasLine } from "../../../../src/statistics/biasLine.js";
import { MetricsCsv } from "../../../../src/training/hooks/metricsCsv.js";
import { METRIC_NAMES, MetricsHook } from "../../../../src/training/hooks/metricsHook.js";
import { csvRows } from "../../../helpers/cli.js";
import { BATCHES, restoreAll, runEpochs, someOutputs, statesOf } from "../../../helpers/hooks.js";
import { temporaryFolder } from "../../../helpers/temporary.js";

const SD = 40;
const makeHook = (logger = silentLogger) =>
  new MetricsHook({ ageSdMonths: SD, lossWeights: () => ({ age: 1, sex: 0, learnt: false }) }, logger);

const validationOf = (epoch: number) => {
  const parts = [BATCHES + 1, BATCHES + 2].map((batch) => someOutputs(epoch, batch));
  return {
    predictions: parts.flatMap(({ result }) => [...result.ageZ]),
    truths: parts.flatMap(({ rows }) => rows.map(({ ageZ }) => ageZ)),
  };
};

it("takes the metrics of a whole epoch, not the mean of those of its batches", async () => {
  const [metrics] = await runEpochs([makeHook()], 0, 1);
  const parts = Array.from({ length: BATCHES }, (_, i) => someOutputs(0, i + 1));
  const errors = parts.flatMap(({ rows, result }) => rows.map(({ ageZ }, i) => result.ageZ[i]! - ageZ));
  const rms = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  expect(metrics!["Metrics_Age/train_MeanSquaredError"]).toBeCloseTo(rms, 12);
  const losses = parts.map(({ result }) => result.loss!);
  expect(metrics!["Loss/train"]).toBeCloseTo(losses.reduce((a, b) => a + b) / BATCHES, 12);
  // The two weights are learnt, or they are not.
  const weights = METRIC_NAMES.filter((name) => !name.startsWith("Loss/ucw_log_var_"));
  expect(weights).toHaveLength(METRIC_NAMES.length - 2);
  expect(Object.keys(metrics!).sort()).toEqual(weights.sort());
});

it("corrects from the eighth epoch on, by the line that the validation before has given", async () => {
  const hook = makeHook();
  const all = await runEpochs([hook], 0, 9);
  const madOf = (epoch: number, fittedIn: number | null) => {
    const { predictions, truths } = validationOf(epoch);
    const line = validationOf(fittedIn ?? 0);
    const bias = fittedIn === null ? { slope: 0, intercept: 0 } : fitBiasLine(line.predictions, line.truths);
    const errors = predictions.map((y, i) => Math.abs(corrected(y, bias) - truths[i]!));
    return (SD * errors.reduce((a, b) => a + b)) / errors.length;
  };
  const expected = [null, null, null, null, null, null, null, 6, 7].map((fittedIn, epoch) =>
    madOf(epoch, fittedIn),
  );
  for (const [epoch, mad] of expected.entries()) {
    expect(all[epoch]!["Step-wise/val_reg_mad"], `epoch ${epoch}`).toBeCloseTo(mad, 9);
    const { predictions, truths } = validationOf(epoch);
    const { slope, intercept } = epoch < 6 ? { slope: 0, intercept: 0 } : fitBiasLine(predictions, truths);
    expect(all[epoch]!["Pred_bias/slope_val"]).toBeCloseTo(slope, 12);
    expect(all[epoch]!["Pred_bias/intercept_val"]).toBeCloseTo(intercept, 12);
  }
});

it("leaves steps without a finite loss out, and keeps its line where predictions are all the same", async () => {
  const warnings: string[] = [];
  const hook = makeHook({ ...silentLogger, warn: (message) => warnings.push(message) });
  await runEpochs([hook], 0, 7);
  const before = hook.bias;
  const { rows, result } = someOutputs(7, 1);
  const position = { epoch: 7, batch: 1, rows: 8, globalStep: 1, seconds: 0, ended: null };
  const nan = Float32Array.from(rows, () => Number.NaN);
  const step = { position, batch: { rows } as never, learningRate: 1 };
  hook.afterStep({ ...step, result: { ...result, ageZ: nan, nonFinite: "loss" } });
  hook.afterStep({ ...step, result });
  expect(hook.trainMadMonths).toBeGreaterThan(0);
  const constant = { outputs: { ageHatZ: [1, 1], ageZ: [0, 1], sexLogit: null, male: [0, 1] }, loss: 1 };
  const metrics = {};
  hook.afterEpoch({ position, learningRate: 1, validation: constant as never, metrics });
  expect(hook.bias).toEqual(before);
  expect(warnings).toHaveLength(1);
  expect(metrics).toMatchObject({ "Metrics_Age/val_PearsonCorrCoef": Number.NaN });
});

it("writes a row for each epoch, and resumes exactly in the middle of one", async () => {
  const folder = await temporaryFolder();
  const make = (name: string) => [makeHook(), new MetricsCsv(join(folder, name), METRIC_NAMES)] as const;
  await runEpochs(make("undisturbed"), 0, 9);
  const first = make("resumed");
  await runEpochs(first, 0, 4);
  const { rows, result } = someOutputs(4, 1);
  const stepOf = (batch: number) => ({
    position: { epoch: 4, batch, rows: 8 * batch, globalStep: 4 * BATCHES + batch, seconds: 0, ended: null },
    batch: { rows } as never,
    result,
    learningRate: 1,
  });
  // Two steps of an epoch that are in the state, and a row that is not.
  const between = make("between");
  await restoreAll(between, { ...statesOf(first), metricsCsv: { bytes: 0 } });
  between[0].afterStep(stepOf(1));
  between[0].afterStep(stepOf(2));
  const again = make("between");
  await restoreAll(again, statesOf(between));
  expect(again[0].trainMadMonths).toBe(between[0].trainMadMonths);
  const states = statesOf(first);
  await runEpochs(first, 4, 6);
  const second = make("resumed");
  await restoreAll(second, states);
  await runEpochs(second, 4, 9);
  const text = await readFile(join(folder, "resumed"), "utf8");
  expect(text).toBe(await readFile(join(folder, "undisturbed"), "utf8"));
  expect(csvRows(text).map(({ epoch }) => epoch)).toEqual([..."012345678"]);
  expect(csvRows(text)[8]).toMatchObject({ step: "45", learning_rate: String(1e-3 / 9), seconds: "485" });
});

it("leaves the cells of validation empty in an epoch without", async () => {
  const path = join(await temporaryFolder(), "metrics.csv");
  await runEpochs([makeHook(), new MetricsCsv(path, METRIC_NAMES)], 0, 1, false);
  const [row] = csvRows(await readFile(path, "utf8"));
  expect(row).toMatchObject({ "Step-wise/val_mad": "", "Loss/val": "", "Pred_bias/slope_val": "0" });
  expect(Number(row!["Metrics_Age/train_RescaledMAE"])).toBeGreaterThan(0);
});
