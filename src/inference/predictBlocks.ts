/**
 * The block loop: items become blocks of `batchSize`, which are decoded, preprocessed and predicted side by side, and
 * come out in the order of the input. How many pictures of a block a network is given at once is another matter
 * (`forwardSize.ts`).
 *
 * A block is always the same items, whether some of them fail or the run was interrupted before: the composition of
 * a forward must not depend on that, or the last bits of a prediction would.
 */
import { useWorkers } from "../image/workers.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { Outcome, Subject } from "./block.js";
import { type BlockOptions, BlockPredictor } from "./blockPredictor.js";

export interface BlockLoopOptions<T> extends BlockOptions {
  /** What is predicted of an item; null: nothing, it only has its place in the block. */
  subjectOf(item: T): Subject | null;
  /** Stops between two blocks; those that were begun are finished and come out first. */
  signal?: AbortSignal | undefined;
}

export interface PredictedBlock<T> {
  items: readonly T[];
  /** One for each item; null for one without a subject. */
  outcomes: readonly (Outcome | null)[];
}

/** Blocks that are loaded, predicted or wait to be taken: enough that neither side waits for the other. */
export const BLOCKS_IN_FLIGHT = 3;

/** Blocks in input order, as long as there are items; the last one may be shorter. */
export async function* predictBlocks<T>(
  models: readonly BoneAgeModel[],
  items: AsyncIterable<T> | Iterable<T>,
  options: BlockLoopOptions<T>,
): AsyncGenerator<PredictedBlock<T>> {
  const numWorkers = useWorkers(options.numWorkers);
  const predictor = new BlockPredictor(models, { ...options, numWorkers });
  const pending: Promise<PredictedBlock<T>>[] = [];
  try {
    for await (const block of blocksOf(items, options.batchSize)) {
      if (options.signal?.aborted) break;
      const result = predictBlock(predictor, block, options);
      result.catch(() => {}); // reported when its turn comes
      pending.push(result);
      if (pending.length >= BLOCKS_IN_FLIGHT) yield await pending.shift()!;
    }
    while (pending.length > 0) yield await pending.shift()!;
  } finally {
    await Promise.allSettled(pending);
    await predictor.dispose();
  }
}

async function* blocksOf<T>(items: AsyncIterable<T> | Iterable<T>, size: number): AsyncGenerator<T[]> {
  let block: T[] = [];
  for await (const item of items) {
    block.push(item);
    if (block.length < size) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

async function predictBlock<T>(
  predictor: BlockPredictor,
  items: readonly T[],
  { subjectOf }: Pick<BlockLoopOptions<T>, "subjectOf">,
): Promise<PredictedBlock<T>> {
  const subjects = items.map(subjectOf);
  const outcomes = await predictor.predict(subjects.filter((subject) => subject !== null));
  let next = 0;
  return { items, outcomes: subjects.map((subject) => (subject === null ? null : outcomes[next++]!)) };
}
