import { expect, test } from "vitest";
import { MASK_METRIC_NAMES, MaskMetricsHook } from "../../../../src/training/hooks/maskMetricsHook.js";
import { OutputRecorder } from "../../../../src/training/outputRecorder.js";
import type { BatchResult } from "../../../../src/training/step.js";
import type { MaskRow } from "../../../../src/training/trainingRow.js";

const position = { epoch: 0, batch: 1, rows: 2, globalStep: 1, seconds: 0, ended: null };

/** A step on as many plates as there are values. */
const result = (dice: number[], loss: number, nonFinite: BatchResult["nonFinite"] = null): BatchResult => ({
  rows: dice.map((_, i) => ({ row: i }) as MaskRow),
  ageZ: new Float32Array(),
  sexLogit: null,
  dice: Float32Array.from(dice),
  loss,
  updated: true,
  gradNorm: 1,
  nonFinite,
});

const step = (hook: MaskMetricsHook, ...outcome: Parameters<typeof result>) =>
  hook.afterStep({ position, batch: null as never, result: result(...outcome), learningRate: 1 });

function epoch(hook: MaskMetricsHook, validation: OutputRecorder | null) {
  const metrics: Record<string, number> = {};
  hook.afterEpoch({ position, learningRate: 1, validation, metrics });
  return metrics;
}

test("the metrics are those of all plates of an epoch, and the next epoch starts anew", () => {
  const hook = new MaskMetricsHook();
  step(hook, [0.5, 0.75], 0.8);
  step(hook, [0.25], 0.2);
  step(hook, [0.125], Number.NaN, "loss"); // left out
  expect(hook.soFar()).toBe("Dice 0.5000");
  const validation = new OutputRecorder();
  validation.add(result([1, 0.5], 0.25));
  const metrics = epoch(hook, validation);
  expect(Object.keys(metrics)).toEqual(MASK_METRIC_NAMES);
  expect(metrics).toEqual({
    "Loss/train": expect.closeTo((2 * 0.8 + 0.2) / 3, 12),
    "Metrics_Mask/train_Dice": 0.5,
    "Metrics_Mask/train_LowestDice": 0.25,
    "Loss/val": 0.25,
    "Metrics_Mask/val_Dice": 0.75,
    "Metrics_Mask/val_LowestDice": 0.5,
    "Step-wise/val_dice": 0.75,
  });
  expect(hook.epochText(metrics)).toBe("Dice 0.5000, validation 0.7500, lowest 0.5000");
  step(hook, [1], 0.1);
  const without = epoch(hook, null);
  expect(without["Metrics_Mask/train_Dice"]).toBe(1);
  expect(hook.epochText(without)).toBe("Dice 1.0000, validation none, lowest none");
});

test("an interrupted epoch resumes with what it had", () => {
  const [whole, first, second] = [new MaskMetricsHook(), new MaskMetricsHook(), new MaskMetricsHook()];
  step(whole, [0.3, 0.7], 0.9);
  step(first, [0.3, 0.7], 0.9);
  second.restore(JSON.parse(JSON.stringify(first.state())));
  for (const hook of [whole, second]) step(hook, [0.1], 0.4);
  expect(epoch(second, null)).toEqual(epoch(whole, null));
});
