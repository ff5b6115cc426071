import type { TrainConfig } from "../options/train/index.js";

/**
 * The number of batches whose gradients make one update, in an epoch. In a map from epoch to number, the last epoch that is
 * not after this one counts.
 */
export function accumulationAt({ trainer }: Pick<TrainConfig, "trainer">, epoch: number): number {
  const { accumulate_grad_batches: setting } = trainer;
  if (setting === null || typeof setting === "number") return setting ?? 1;
  const steps = Object.entries(setting).map(([from, batches]) => [Number(from), batches] as const);
  steps.sort(([a], [b]) => b - a);
  return steps.find(([from]) => from <= epoch)?.[1] ?? 1;
}
