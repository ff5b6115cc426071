import type { TrainConfig } from "./index.js";

/** The value of a setting by its path, `trainer.max_epochs`. */
export function valueAt(config: TrainConfig, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], config);
}
