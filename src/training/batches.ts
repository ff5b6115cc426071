/** The rows of an epoch's batches. They depend on seed and epoch alone, so that a resumed run sees the same. */
import { DeeplasiaError } from "../errors.js";
import { Random } from "../random.js";

/** The numbers from 0 to `count - 1` in the order of an epoch; every order is equally likely (Fisher and Yates). */
export function shuffledOrder(count: number, seed: number, epoch: number): number[] {
  const random = new Random("order", seed, epoch, 0);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const chosen = random.integer(0, last);
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  return order;
}

export interface BatchRules {
  batchSize: number;
  /** Leave out an incomplete last batch. */
  dropLast: boolean;
  /** As Lightning's limits: a number of batches, a share of all (below 1), or null for all. */
  limit: number | null;
}

/** The number of batches of so many rows. */
export function batchCount(rows: number, { batchSize, dropLast, limit }: BatchRules): number {
  const all = dropLast ? Math.floor(rows / batchSize) : Math.ceil(rows / batchSize);
  if (limit === null) return all;
  return limit < 1 ? Math.floor(all * limit) : Math.min(all, limit);
}

/** The rows, in order, as batches. */
export function batches<T>(rows: readonly T[], rules: BatchRules): T[][] {
  const { batchSize } = rules;
  return Array.from({ length: batchCount(rows.length, rules) }, (_, i) =>
    rows.slice(i * batchSize, (i + 1) * batchSize),
  );
}

/** The rows of one of several processes, as PyTorch's DistributedSampler assigns them: `rank`, `rank + ranks`, … */
export function rowsOfRank<T>(rows: readonly T[], { rank, ranks }: { rank: number; ranks: number }): T[] {
  return rows.filter((_, i) => i % ranks === rank);
}

/** Throws ERR_DEEPLASIA_OPTION if the training rows of `ranks` processes make no batch at all. */
export function requireBatches(rows: number, rules: BatchRules, ranks = 1): void {
  if (batchCount(rows, rules) > 0) return;
  if (rows >= rules.batchSize) {
    const message = `trainer.limit_train_batches of ${rules.limit} leaves no batch to train on`;
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", message, { remedy: "Increase it, or leave it out." });
  }
  const batch = `data.train_batch_size${ranks === 1 ? "" : ` times ${ranks} processes`} is ${rules.batchSize}`;
  const largest = Math.floor(rows / ranks);
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `${batch}, but there are only ${rows} pictures to train on, and incomplete batches are left out`,
    {
      remedy:
        largest > 0
          ? `Set data.train_batch_size to ${largest} or less.`
          : "Start fewer processes: at most one per picture.",
    },
  );
}
