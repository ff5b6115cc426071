/** Hooks driven through a made-up run: five batches an epoch, outputs that come closer to the truth. */

import type { EpochEvent, Hook, HookState } from "../../src/training/hook.js";
import { OutputRecorder } from "../../src/training/outputRecorder.js";
import type { BatchResult } from "../../src/training/step.js";
import type { AgeRow } from "../../src/training/trainingRow.js";

export const BATCHES = 5;
const ROWS = 8;

/** Eight rows, half of them boys, and outputs of a network for them. */
export function someOutputs(epoch: number, batch: number): { rows: AgeRow[]; result: BatchResult } {
  const truths = Array.from({ length: ROWS }, (_, i) => Math.fround(Math.sin(3 * batch + i)));
  const rows = truths.map((ageZ, i) => ({ ageZ, male: i % 2 }) as AgeRow);
  const ageZ = Float32Array.from(
    truths,
    (truth, i) => truth * (1 - 1 / (epoch + 2)) + 0.1 * Math.cos(7 * i + epoch),
  );
  const sexLogit = Float32Array.from(rows, ({ male }, i) => male - 0.5 + Math.sin(5 * i + batch));
  const loss = 1 / (epoch + 1 + batch / BATCHES);
  const step = { updated: true, gradNorm: 2 * loss, nonFinite: null };
  return { rows, result: { rows, ageZ, sexLogit, dice: null, loss, ...step } };
}

/** Take the hooks through epochs `from` to `to` - 1; validation has two batches. Returns each epoch's metrics. */
export async function runEpochs(hooks: readonly Hook[], from: number, to: number, validate = true) {
  const all = [];
  for (let epoch = from; epoch < to; epoch++) {
    const place = (batch: number) => ({
      epoch,
      batch,
      rows: batch * ROWS,
      globalStep: epoch * BATCHES + batch,
      seconds: 60 * epoch + batch,
      ended: null,
    });
    for (let batch = 1; batch <= BATCHES; batch++) {
      const { rows, result } = someOutputs(epoch, batch);
      const event = {
        position: place(batch),
        batch: { rows, waitedSeconds: 0.5 } as never,
        result,
        learningRate: 1e-3 / (epoch + 1),
      };
      for (const hook of hooks) await hook.afterStep?.(event);
    }
    const validation = validate ? new OutputRecorder() : null;
    for (const batch of [BATCHES + 1, BATCHES + 2]) {
      validation?.add(someOutputs(epoch, batch).result);
    }
    const learningRate = 1e-3 / (epoch + 1);
    const event: EpochEvent = { position: place(BATCHES), learningRate, validation, metrics: {} };
    for (const hook of hooks) await hook.afterEpoch?.(event);
    all.push(event.metrics);
  }
  return all;
}

/** The states of hooks as a file would bring them back, by name. */
export const statesOf = (hooks: readonly Hook[]) =>
  JSON.parse(JSON.stringify(Object.fromEntries(hooks.map((hook) => [hook.name, hook.state?.()])))) as Record<
    string,
    HookState
  >;

export async function restoreAll(hooks: readonly Hook[], states: Record<string, HookState>): Promise<void> {
  for (const hook of hooks) await hook.restore?.(states[hook.name]!);
}
