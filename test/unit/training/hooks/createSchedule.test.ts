/** Held against PyTorch's own schedulers: parity/metrics, and more settings in fixtures/schedules. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SCHEDULES, type ScheduleSetting } from "../../../../src/options/train/scheduleClasses.js";
import type { Metrics } from "../../../../src/training/hook.js";
import { createSchedule } from "../../../../src/training/hooks/createSchedule.js";
import { fixture } from "../../../helpers/testData.js";

interface Case {
  scheduler: string;
  base_lr: number;
  options: Record<string, unknown>;
  metric_per_epoch?: (number | "NaN")[];
  lr_during_epoch: number[];
  lr_after_last?: number;
}

const METRIC = "Step-wise/val_reg_mad";
const casesOf = (file: string) =>
  (JSON.parse(readFileSync(fixture(file), "utf8")) as { schedules: Case[] }).schedules;

function settingOf(name: string, options: Record<string, unknown>): ScheduleSetting {
  const [path, schema] = Object.entries(SCHEDULES).find(([known]) => known.endsWith(name))!;
  return { class_path: path, init_args: schema.parse(options) } as ScheduleSetting;
}

const metricsOf = (value: number | "NaN"): Metrics => ({
  "Step-wise/val_mad": 1,
  [METRIC]: Number(value),
});

/** Learning rate of each epoch, one more than there are metrics. */
function ratesOf(setting: ScheduleSetting, metrics: Metrics[], baseRate = 1e-3, maxEpochs = 100): number[] {
  const schedule = createSchedule(setting, baseRate, maxEpochs);
  return [
    schedule.learningRate,
    ...metrics.map((epoch) => {
      schedule.step(epoch);
      return schedule.learningRate;
    }),
  ];
}

describe.each([["parity/metrics/schedules.json"], ["schedules/schedules.json"]])("%s", (file) => {
  it.each(casesOf(file))("$scheduler $options", (aCase) => {
    const epochs = aCase.lr_during_epoch.length;
    const metrics = aCase.metric_per_epoch?.map(metricsOf) ?? Array.from({ length: epochs }, () => ({}));
    const rates = ratesOf(settingOf(aCase.scheduler, aCase.options), metrics, aCase.base_lr);
    const expected = [...aCase.lr_during_epoch];
    if (aCase.lr_after_last !== undefined) expected.push(aCase.lr_after_last);
    for (const [epoch, rate] of expected.entries())
      expect(Math.abs(rates[epoch]! - rate), `epoch ${epoch}`).toBeLessThan(1e-12);
  });
});

describe("CosineWithWarmup", () => {
  const rates = (options: Record<string, unknown>, maxEpochs?: number) =>
    ratesOf(settingOf("CosineWithWarmup", options), Array(12).fill({}), 1e-3, maxEpochs);

  it("grows in equal steps, then follows half a cosine down to the lowest rate, and stays there", () => {
    const found = rates({ warmup_epochs: 3, T_max: 7, eta_min: 2e-4 });
    const half = (1e-3 + 2e-4) / 2;
    const swing = 4e-4 * Math.SQRT1_2;
    const expected = [0.25e-3, 0.5e-3, 0.75e-3, 1e-3, half + swing, half, half - swing, 2e-4, 2e-4, 2e-4];
    for (const [epoch, rate] of expected.entries()) expect(found[epoch]).toBeCloseTo(rate, 12);
  });

  it("ends with the last epoch by default", () => {
    expect(rates({ warmup_epochs: 2 }, 9)).toEqual(rates({ warmup_epochs: 2, T_max: 9 }));
    expect(rates({ warmup_epochs: 0, eta_min: 1e-5 }, 4)[4]).toBe(1e-5);
  });

  it("must have an end, and one after the warm-up", () => {
    const code = "ERR_DEEPLASIA_OPTION";
    expect(() => rates({}, -1)).toThrow(
      expect.objectContaining({ code, remedy: expect.stringContaining("T_max") }) as Error,
    );
    expect(() => rates({ warmup_epochs: 8, T_max: 8 })).toThrow(/warm-up takes 8/);
  });
});

it("keeps a constant rate", () => {
  expect(ratesOf(settingOf("Constant", {}), [{}, {}])).toEqual([1e-3, 1e-3, 1e-3]);
});

it("does not count an epoch that was not validated", () => {
  const setting = settingOf("ReduceLROnPlateau", { patience: 1, factor: 0.5 });
  const validated = [3, 3, 3, 3, 3].map(metricsOf);
  const everySecond = validated.flatMap((epoch) => [{ "Metrics_Age/train_RescaledMAE": 9 }, epoch]);
  expect(ratesOf(setting, everySecond).filter((_, i) => i % 2 === 0)).toEqual(ratesOf(setting, validated));
});

it("names the metrics that there are where the monitored one is not", () => {
  const schedule = createSchedule(settingOf("ReduceLROnPlateau", { monitor: "val_mad" }), 1, 9);
  const remedy = expect.stringContaining(METRIC);
  expect(() => schedule.step(metricsOf(1))).toThrow(expect.objectContaining({ remedy }) as Error);
});

const anySetting = fc.oneof(
  fc.constant(settingOf("Constant", {})),
  fc
    .record({ T_0: fc.integer({ min: 1, max: 6 }), T_mult: fc.integer({ min: 1, max: 3 }) })
    .map((options) => settingOf("CosineAnnealingWarmRestarts", options)),
  fc.record({ step_size: fc.integer({ min: 1, max: 9 }) }).map((options) => settingOf("StepLR", options)),
  fc
    .record({ warmup_epochs: fc.nat(6), T_max: fc.integer({ min: 7, max: 50 }) })
    .map((options) => settingOf("CosineWithWarmup", options)),
  fc
    .record({
      mode: fc.constantFrom("min", "max"),
      factor: fc.constantFrom(0.1, 0.5, 0.9),
      patience: fc.nat(4),
      cooldown: fc.nat(4),
      threshold: fc.constantFrom(0, 0.1),
      threshold_mode: fc.constantFrom("rel", "abs"),
      min_lr: fc.constantFrom(0, 1e-5),
    })
    .map((options) => settingOf("ReduceLROnPlateau", options)),
);

it("resumes exactly from a state that was written and read at any epoch", () => {
  const anyMetric = fc.oneof(fc.double({ min: -5, max: 5 }), fc.constant(Number.NaN)).map(metricsOf);
  fc.assert(
    fc.property(anySetting, fc.array(anyMetric, { maxLength: 40 }), fc.nat(40), (setting, metrics, at) => {
      const undisturbed = ratesOf(setting, metrics);
      const cut = Math.min(at, metrics.length);
      const first = createSchedule(setting, 1e-3, 100);
      for (const epoch of metrics.slice(0, cut)) first.step(epoch);
      const second = createSchedule(setting, 1e-3, 100);
      second.restore(JSON.parse(JSON.stringify(first.state())));
      const resumed = [second.learningRate];
      for (const epoch of metrics.slice(cut)) {
        second.step(epoch);
        resumed.push(second.learningRate);
      }
      expect(resumed).toEqual(undisturbed.slice(cut));
    }),
    { numRuns: 300 },
  );
});
