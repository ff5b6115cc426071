import { expect, it } from "vitest";
import { silentLogger } from "../../../../src/console/logger.js";
import { type ProgressEvent, progressText } from "../../../../src/console/progress.js";
import { MetricsHook } from "../../../../src/training/hooks/metricsHook.js";
import { ProgressHook } from "../../../../src/training/hooks/progressHook.js";
import { BATCHES, runEpochs } from "../../../helpers/hooks.js";

/** The hook with a clock that goes on two seconds a look. */
function makeHooks(maxEpochs: number) {
  const events: ProgressEvent[] = [];
  const lines: string[] = [];
  let milliseconds = 0;
  const metrics = new MetricsHook(
    { ageSdMonths: 40, lossWeights: () => ({ age: 1, sex: 0, learnt: false }) },
    silentLogger,
  );
  const progress = {
    update: (event: ProgressEvent) => events.push(event),
    hide() {},
    finish: () => lines.push("finish"),
  };
  const hook = new ProgressHook({
    progress,
    logger: { ...silentLogger, info: (line) => lines.push(line) },
    maxEpochs,
    trainBatches: BATCHES,
    batchSize: 8,
    metrics,
    now: () => {
      milliseconds += 2000;
      return milliseconds;
    },
  });
  return { hooks: [metrics, hook], events, lines };
}

it("shows epoch, place, loss, MAD and time left", async () => {
  const { hooks, events } = makeHooks(3);
  await runEpochs(hooks, 0, 1);
  expect(events.map(({ done, total }) => [done, total])).toEqual(
    [8, 16, 24, 32, 40].map((done) => [done, 40]),
  );
  const text = progressText(events[2]!);
  expect(text).toMatch(
    /^epoch 1 of 3: 24 of 40 \(60 %\), \d+\.\d a second, .* left, loss 0\.\d{4}, MAD \d+\.\d months/,
  );
  expect(text).toMatch(/ for all epochs$/);
});

it("shows no time for all epochs where their number is unknown", async () => {
  const { hooks, events } = makeHooks(Number.POSITIVE_INFINITY);
  await runEpochs(hooks, 2, 3);
  expect(progressText(events[4]!)).toMatch(/^epoch 3: 40 of 40 \(100 %\), .* months$/);
});

it("sums an epoch up in one line of the log, once the bar is gone", async () => {
  const { hooks, lines } = makeHooks(3);
  const [metrics] = await runEpochs(hooks, 0, 1);
  const mad = metrics!["Step-wise/val_mad"]!.toFixed(2);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe("finish");
  expect(lines[1]).toMatch(/^epoch 1: loss 0\.\d{4}, validation \d\.\d{4}; MAD \d+\.\d\d months, /);
  expect(lines[1]).toContain(`validation ${mad}, corrected ${mad}; `);
  expect(lines[1]).toMatch(/; \d+ % of the time waiting for pictures$/);
});
