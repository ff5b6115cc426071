import type { TrainConfig } from "../options/train/index.js";

/** Returns whether a run is a trial (`trainer.fast_dev_run`), of which nothing is kept. */
export function isTrial({ trainer }: TrainConfig): boolean {
  return trainer.fast_dev_run !== false && trainer.fast_dev_run !== 0;
}
