/** Predictions of all views of each picture: decoded once, one batch a view. */
import { availableParallelism } from "node:os";
import type { Sex } from "../data/annotations.js";
import { DeeplasiaError } from "../errors.js";
import { fillSlots, whyUnusable } from "../image/loader.js";
import { imagePlan } from "../image/plan.js";
import type { ReadPicture } from "../image/read.js";
import type { BoneAgeModel } from "../model/model.js";
import { type BatchHandle, native } from "../native.js";
import { Forward } from "../prediction/forward.js";
import { interpret, type Reading } from "../prediction/months.js";
import { Semaphore } from "../prediction/semaphore.js";
import type { NamedView } from "./views.js";

/** What is looked at. */
export interface Subject {
  imagePath: string;
  maskPath: string | null;
  sex: Sex;
}

export interface ViewOptions {
  views: readonly NamedView[];
  batchSize: number;
  /** Pictures that are decoded and preprocessed at once. */
  numWorkers: number;
  read?: ReadPicture | undefined;
  /** Stops between two batches. */
  signal?: AbortSignal | undefined;
}

/**
 * What the model says of every view of each subject, in order; of one that fails in any view, why.
 *
 * Throws the signal's reason as ERR_DEEPLASIA_ABORTED.
 */
export async function* predictViews<S extends Subject>(
  model: BoneAgeModel,
  subjects: readonly S[],
  options: ViewOptions,
): AsyncGenerator<{ subject: S; readings: Reading[] } | { subject: S; error: DeeplasiaError }> {
  const { views, batchSize, signal } = options;
  const [, height, width] = model.contract.inputSize;
  const numWorkers = Math.max(options.numWorkers, 1);
  native().setWorkers(Math.min(numWorkers, availableParallelism()));
  const workers = new Semaphore(numWorkers);
  const batches = views.map((view) => ({
    plan: imagePlan(model.contract, view),
    batch: native().createBatch(batchSize, height, width),
  }));
  const forward = new Forward(model, batchSize);
  try {
    for (let start = 0; start < subjects.length; start += batchSize) {
      if (signal?.aborted) throw aborted(signal);
      const block = subjects.slice(start, start + batchSize);
      const errors = await Promise.all(
        block.map(async ({ imagePath: image, maskPath: mask }, slot) => {
          const filled = await workers.run(() => fillSlots(batches, slot, { image, mask }, options.read));
          const problems = filled.map((one) => whyUnusable(one, model.contract));
          return problems.find((problem) => problem !== undefined);
        }),
      );
      const readings = await readBlock(forward, batches, block, errors);
      for (const [slot, subject] of block.entries()) yield { subject, ...outcome(readings[slot]!) };
    }
  } finally {
    await Promise.all(batches.map(({ batch }) => native().dispose(batch)));
  }
}

type Outcome = Reading | DeeplasiaError;

/** Of each subject of a block its readings, view by view. */
async function readBlock(
  forward: Forward,
  batches: readonly { batch: BatchHandle }[],
  block: readonly Subject[],
  errors: readonly (DeeplasiaError | undefined)[],
): Promise<Outcome[][]> {
  const usable = [...block.keys()].filter((slot) => errors[slot] === undefined);
  const inputs = usable.map((slot) => ({ slot, male: block[slot]!.sex === "M" ? 1 : 0 }) as const);
  const readings: Outcome[][] = errors.map((error) => (error === undefined ? [] : [error]));
  for (const { batch } of batches) {
    for (const [slot, output] of await forward.run(batch, inputs))
      readings[slot]!.push(
        output instanceof DeeplasiaError ? output : interpret(output, forward.model.contract),
      );
  }
  return readings;
}

function outcome(readings: Outcome[]): { readings: Reading[] } | { error: DeeplasiaError } {
  const error = readings.find((reading) => reading instanceof DeeplasiaError);
  return error === undefined ? { readings: readings as Reading[] } : { error };
}

function aborted(signal: AbortSignal): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_ABORTED", "stopped before the end", { cause: signal.reason });
}
