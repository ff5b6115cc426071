/** Training, from top to bottom: learn, validate, call the hooks, save; until something ends it. */
import type { Logger } from "../console/logger.js";
import { DeeplasiaError } from "../errors.js";
import type { TrainConfig } from "../options/train/index.js";
import { accumulationAt } from "./accumulationAt.js";
import type { LoadedBatch } from "./batchLoader.js";
import { type EpochEvent, type Hook, type HookState, hookStates, type Position } from "./hook.js";
import type { LearningRate } from "./hooks/learningRate.js";
import { limitReached, limitsOf, mayEndEarly } from "./limits.js";
import { OutputRecorder } from "./outputRecorder.js";
import type { BatchResult, Step } from "./step.js";

export interface TrainingData {
  /** Batches of a whole epoch. */
  readonly trainBatches: number;
  /** Rows of a training batch. */
  readonly trainRows: number;
  /** 0 where there is no validation. */
  readonly validationBatches: number;
  /** The batches of an epoch that are not done yet, augmented. */
  train(epoch: number, done: Pick<Position, "batch" | "rows">): AsyncIterable<LoadedBatch>;
  /** The first `count` batches of validation. */
  validation(count: number): AsyncIterable<LoadedBatch>;
}

export interface TrainingRun {
  /** Limits, accumulation, when to validate and when to save. */
  config: Pick<TrainConfig, "trainer" | "checkpoint">;
  step: Step;
  data: TrainingData;
  /** In the order in which they are called. */
  hooks: readonly Hook[];
  learningRate: Pick<LearningRate, "value">;
  /** Where the run is. The loop updates it. */
  position: Position;
  /** Ends the run after the current step. */
  signal: AbortSignal;
  logger: Logger;
  /** Seconds that the run took so far. */
  clock(): number;
  /** Saves everything that the run needs to resume from here; `hooks` are states to save instead of those of now. */
  save(hooks?: Record<string, HookState>): Promise<void>;
}

/**
 * Trains to the end.
 *
 * @returns Why the run ended; null if the signal interrupted it, and then its state is saved.
 * @throws DeeplasiaError ERR_DEEPLASIA_NOT_FINITE, ERR_DEEPLASIA_OUTPUT, and what loading and stepping throw.
 */
export async function trainingLoop(run: TrainingRun): Promise<string | null> {
  const { position, hooks, signal, data, config } = run;
  const { num_sanity_val_steps: sanityBatches, check_val_every_n_epoch: validateEvery } = config.trainer;
  const limits = limitsOf(config);
  if (position.epoch === 0 && position.batch === 0)
    await validate(run, sanityBatches === -1 ? Number.POSITIVE_INFINITY : sanityBatches);
  while (!signal.aborted) {
    const isBetweenEpochs = position.batch === 0;
    const reason = position.ended ?? limitReached(position, limits);
    if (reason !== null && isBetweenEpochs) return reason;
    if (reason === null) await learn(run);
    const isValidated = data.validationBatches > 0 && (position.epoch + 1) % validateEvery === 0;
    const validation = isValidated ? await validate(run, data.validationBatches) : null;
    if (signal.aborted) break;
    const cutBy = position.batch < data.trainBatches ? limitReached(position, limits) : null;
    // With a higher limit the run resumes inside of the epoch, as if it had never ended there.
    const before =
      cutBy === null ? undefined : hookStates(hooks.filter(({ countsCutEpochs }) => !countsCutEpochs));
    const learningRate = run.learningRate.value;
    const event: EpochEvent = { position: { ...position }, learningRate, validation, metrics: {} };
    for (const hook of hooks) {
      const ended = await hook.afterEpoch?.(event);
      if (cutBy === null) position.ended ??= ended ?? null;
    }
    if (cutBy !== null) {
      await run.save(before);
      return cutBy;
    }
    position.epoch += 1;
    position.batch = 0;
    position.rows = 0;
    if (!mayEndEarly(position, limits)) position.ended = null;
    await run.save();
  }
  await run.save();
  return null;
}

/** Trains on the rest of the epoch. */
async function learn(run: TrainingRun): Promise<void> {
  const { config, step, data, position, signal } = run;
  const learningRate = run.learningRate.value;
  const accumulation = accumulationAt(config, position.epoch);
  const limits = limitsOf(config);
  const { every_n_steps: saveEvery } = config.checkpoint;
  const before = { ...position };
  for await (const batch of data.train(position.epoch, before)) {
    const update = batch.isLast;
    const result = await step.step(batch, { learningRate, accumulation, update });
    if (result.nonFinite === "loss" || result.nonFinite === "gradients") handleNonFinite(run, batch, result);
    position.batch = batch.index + 1;
    position.rows = before.rows + (position.batch - before.batch) * data.trainRows;
    if (result.updated) position.globalStep += 1;
    position.seconds = run.clock();
    for (const hook of run.hooks) await hook.afterStep?.({ position, batch, result, learningRate });
    if (signal.aborted || limitReached(position, limits) !== null) return;
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

/** Such a step changed nothing. Throws ERR_DEEPLASIA_NOT_FINITE unless `trainer.skip_nan` leaves such steps out. */
function handleNonFinite(run: TrainingRun, { index }: LoadedBatch, { nonFinite, rows }: BatchResult): void {
  const { epoch, globalStep } = run.position;
  const what = nonFinite === "loss" ? "the loss is" : "the gradients are";
  const numbers = rows.map(({ row }) => row).join(", ");
  const place = `epoch ${epoch + 1}, batch ${index + 1} (after step ${globalStep})`;
  const message = `${what} not finite in ${place}, rows ${numbers}`;
  if (run.config.trainer.skip_nan) {
    run.logger.warn(`${message}: left out`);
    return;
  }
  throw new DeeplasiaError("ERR_DEEPLASIA_NOT_FINITE", message, {
    remedy:
      "Check the pictures of these rows, lower the learning rate, clip gradients (trainer.gradient_clip_val), or leave such " +
      "steps out (trainer.skip_nan).",
  });
}
