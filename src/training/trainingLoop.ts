/** Training, from top to bottom: learn, validate, let the hooks look at it, save; until something ends it. */

import type { Logger } from "../console/logger.js";
import { DeeplasiaError } from "../errors.js";
import type { LoadedBatch } from "./batchLoader.js";
import type { EpochEvent, Hook, Position } from "./hook.js";
import type { LearningRate } from "./hooks/learningRate.js";
import { type Limits, limitReached, mayEndEarly } from "./limits.js";
import { OutputRecorder } from "./outputRecorder.js";
import type { Step, StepResult } from "./step.js";

export interface TrainingData {
  /** Batches of an epoch, if none of it is done. */
  readonly trainBatches: number;
  /** Rows of a batch of training. */
  readonly trainRows: number;
  /** 0: there is no validation. */
  readonly validationBatches: number;
  /** The batches of an epoch that are left, augmented. */
  train(epoch: number, done: Pick<Position, "batch" | "rows">): AsyncIterable<LoadedBatch>;
  /** The first so many batches of validation. */
  validation(count: number): AsyncIterable<LoadedBatch>;
}

export interface TrainingRun {
  step: Step;
  data: TrainingData;
  /** In the order in which they are called. */
  hooks: readonly Hook[];
  learningRate: Pick<LearningRate, "value">;
  /** Batches whose gradients make an update, in an epoch. */
  accumulation(epoch: number): number;
  /** Where the run is; goes on with it. */
  position: Position;
  limits: Limits;
  /** Batches of validation before the first epoch, so that a fault there shows early. */
  sanityBatches: number;
  /** Epochs between two validations. */
  validateEvery: number;
  /** Updates between two states within an epoch; null: none. */
  saveEvery: number | null;
  /** Leave out a step that is not finite, instead of ending the run. */
  skipNan: boolean;
  /** Ends the run after the step in hand. */
  signal: AbortSignal;
  logger: Logger;
  /** Time the run took so far, seconds. */
  clock(): number;
  /** Save all that the run needs to go on from here. */
  save(): Promise<void>;
}

/**
 * Train to the end.
 *
 * @returns Why the run ended; null if the signal interrupted it: its state is saved then.
 * @throws DeeplasiaError ERR_DEEPLASIA_NOT_FINITE, ERR_DEEPLASIA_OUTPUT, and what loading and stepping throw.
 */
export async function trainingLoop(run: TrainingRun): Promise<string | null> {
  const { position, hooks, signal, data } = run;
  if (position.epoch === 0 && position.batch === 0) await validate(run, run.sanityBatches);
  while (!signal.aborted) {
    const reason = position.ended ?? limitReached(position, run.limits);
    if (reason !== null) return reason;
    await learn(run);
    const isValidated = data.validationBatches > 0 && (position.epoch + 1) % run.validateEvery === 0;
    const validation = isValidated ? await validate(run, data.validationBatches) : null;
    if (signal.aborted) break;
    const learningRate = run.learningRate.value;
    const event: EpochEvent = { position: { ...position }, learningRate, validation, metrics: {} };
    for (const hook of hooks) {
      const reason = await hook.afterEpoch?.(event);
      position.ended ??= reason ?? null;
    }
    position.epoch += 1;
    position.batch = 0;
    position.rows = 0;
    if (!mayEndEarly(position, run.limits)) position.ended = null;
    await run.save();
  }
  await run.save();
  return null;
}

/** What is left of the epoch. */
async function learn(run: TrainingRun): Promise<void> {
  const { step, data, position, signal } = run;
  const learningRate = run.learningRate.value;
  const accumulation = run.accumulation(position.epoch);
  const before = { ...position };
  for await (const batch of data.train(position.epoch, before)) {
    const update = batch.isLast;
    const result = await step.step(batch, { learningRate, accumulation, update });
    if (result.nonFinite === "loss" || result.nonFinite === "gradients") meetNonFinite(run, batch, result);
    position.batch = batch.index + 1;
    position.rows = before.rows + (position.batch - before.batch) * data.trainRows;
    if (result.updated) position.globalStep += 1;
    position.seconds = run.clock();
    for (const hook of run.hooks) await hook.afterStep?.({ position, batch, result, learningRate });
    if (signal.aborted || limitReached(position, run.limits) !== null) return;
    const { saveEvery } = run;
    if (saveEvery !== null && result.updated && !update && position.globalStep % saveEvery === 0)
      await run.save();
  }
}

async function validate(run: TrainingRun, batches: number): Promise<OutputRecorder> {
  const recorder = new OutputRecorder();
  if (batches > 0 && !run.signal.aborted) {
    for await (const batch of run.data.validation(batches)) {
      if (run.signal.aborted) break;
      recorder.add(await run.step.evaluate(batch));
    }
  }
  run.position.seconds = run.clock();
  return recorder;
}

/** Nothing of such a step is kept. Throws ERR_DEEPLASIA_NOT_FINITE unless it shall be left out. */
function meetNonFinite(run: TrainingRun, { index }: LoadedBatch, { nonFinite, rows }: StepResult): void {
  const { epoch, globalStep } = run.position;
  const what = nonFinite === "loss" ? "the loss is" : "the gradients are";
  const numbers = rows.map(({ row }) => row).join(", ");
  const place = `epoch ${epoch + 1}, batch ${index + 1} (after step ${globalStep})`;
  const message = `${what} not finite in ${place}, rows ${numbers}`;
  if (run.skipNan) {
    run.logger.warn(`${message}: left out`);
    return;
  }
  throw new DeeplasiaError("ERR_DEEPLASIA_NOT_FINITE", message, {
    remedy:
      "Look at the pictures of these rows; lower the learning rate or clip gradients (--trainer.gradient_clip_val); or " +
      "leave such steps out (--trainer.skip_nan).",
  });
}
