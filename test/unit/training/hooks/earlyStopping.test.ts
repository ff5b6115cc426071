/** Held against Lightning's EarlyStopping in parity/metrics. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../../src/console/logger.js";
import { earlyStoppingSettings } from "../../../../src/options/train/callbackSettings.js";
import { EarlyStopping } from "../../../../src/training/hooks/earlyStopping.js";
import { fixture } from "../../../helpers/testData.js";

const METRIC = "Step-wise/val_reg_mad";
type Options = Parameters<typeof earlyStoppingSettings.parse>[0] & object;

const make = (options: Options, logger = silentLogger) =>
  new EarlyStopping(earlyStoppingSettings.parse(options), logger);
const after = (hook: EarlyStopping, value: number) =>
  hook.afterEpoch({ metrics: { "Step-wise/val_mad": 1, [METRIC]: value } });

/** The epoch after which the run ends, and why. */
function stopOf(options: Options, values: number[]): { epoch: number; reason: string } | null {
  const hook = make(options);
  for (const [epoch, value] of values.entries()) {
    const reason = after(hook, value);
    if (reason !== undefined) return { epoch, reason };
  }
  return null;
}

interface Case {
  patience: number;
  min_delta: number;
  mode: "min";
  metric_per_epoch: (number | "NaN")[];
  stops_after_epoch: number | null;
}
const { early_stopping: cases } = JSON.parse(
  readFileSync(fixture("parity/metrics/schedules.json"), "utf8"),
) as { early_stopping: Case[] };

describe("parity", () => {
  it.each(cases)("patience $patience, min_delta $min_delta: epoch $stops_after_epoch", (aCase) => {
    const { metric_per_epoch: values, stops_after_epoch: expected, ...options } = aCase;
    expect(stopOf(options, values.map(Number))?.epoch ?? null).toBe(expected);
  });

  it("is the same for the larger the better", () => {
    for (const { metric_per_epoch: values, stops_after_epoch: expected, ...options } of cases) {
      const negative = values.map((value) => -Number(value));
      expect(stopOf({ ...options, mode: "max" }, negative)?.epoch ?? null).toBe(expected);
    }
  });
});

it("ends a run whose metric passes a threshold, and names the threshold", () => {
  expect(stopOf({ stopping_threshold: 5 }, [9, 5, 4.5])).toMatchObject({
    epoch: 2,
    reason: expect.stringContaining("better than the threshold of 5"),
  });
  expect(stopOf({ divergence_threshold: 20 }, [9, 20, 21])).toMatchObject({
    epoch: 2,
    reason: expect.stringContaining("worse than the threshold of 20"),
  });
  expect(stopOf({ mode: "max", stopping_threshold: 0.9 }, [0.1, 0.9, 0.95])).toMatchObject({ epoch: 2 });
  expect(stopOf({ mode: "max", divergence_threshold: 0.4 }, [0.6, 0.4, 0.3])).toMatchObject({ epoch: 2 });
});

it("counts a metric that is not finite as no improvement where it may be so", () => {
  expect(stopOf({ check_finite: true }, [3, Number.NaN])).toMatchObject({
    epoch: 1,
    reason: `${METRIC} is NaN`,
  });
  const values = [Number.NaN, 3, Number.NaN, Number.POSITIVE_INFINITY];
  expect(stopOf({ check_finite: false, patience: 2 }, values)).toMatchObject({ epoch: 3 });
});

it("logs the size of each improvement, unless it is silent", () => {
  const said: string[] = [];
  const logger = { ...silentLogger, info: (message: string) => said.push(message) };
  for (const verbose of [true, false]) {
    const hook = make({ verbose, min_delta: 0.5 }, logger);
    for (const value of [9, 8.75, 8]) after(hook, value);
  }
  expect(said).toEqual([
    `Metric ${METRIC} improved. New best score: 9.000`,
    `Metric ${METRIC} improved by 1.000 >= min_delta = 0.5. New best score: 8.000`,
  ]);
});

it("leaves epochs without validation out, and asks for a metric that there is", () => {
  const hook = make({ patience: 1 });
  expect(after(hook, 3)).toBeUndefined();
  expect(hook.afterEpoch({ metrics: { "Metrics_Age/train_RescaledMAE": 9 } })).toBeUndefined();
  expect(after(hook, 3)).toBeDefined();
  const metrics = { "Step-wise/val_mad": 1 };
  expect(() => make({ monitor: "val_mad" }).afterEpoch({ metrics })).toThrow(/no metric val_mad/);
  expect(make({ monitor: "val_mad", strict: false }).afterEpoch({ metrics })).toBeUndefined();
});

it("resumes exactly from a state that was written and read after any epoch", () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Number.NaN));
  const options = fc.record({
    mode: fc.constantFrom("min" as const, "max" as const),
    patience: fc.integer({ min: 0, max: 5 }),
    min_delta: fc.constantFrom(0, 1),
    check_finite: fc.boolean(),
  });
  fc.assert(
    fc.property(options, fc.array(value, { maxLength: 30 }), fc.nat(30), (options, values, at) => {
      const [first, undisturbed, second] = [make(options), make(options), make(options)];
      for (const value of values.slice(0, at)) expect(after(first, value)).toBe(after(undisturbed, value));
      second.restore(JSON.parse(JSON.stringify(first.state())));
      for (const value of values.slice(at)) expect(after(second, value)).toBe(after(undisturbed, value));
    }),
  );
});
