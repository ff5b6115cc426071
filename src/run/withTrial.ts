/** `trainer.fast_dev_run`: a trial of everything on a few batches. Nothing of it is kept. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TrainConfig } from "../options/train/index.js";
import { isTrial } from "./isTrial.js";

/**
 * Calls `run` with the configuration. For a trial it is one of a single epoch in a temporary folder, which is removed
 * afterwards.
 */
export async function withTrial<T>(
  config: TrainConfig,
  run: (config: TrainConfig) => Promise<T>,
): Promise<T> {
  if (!isTrial(config)) return run(config);
  const folder = await mkdtemp(join(tmpdir(), "deeplasia-trial-"));
  const once = { max_epochs: 1, max_steps: -1, num_sanity_val_steps: 0, check_val_every_n_epoch: 1 };
  const trainer = { ...config.trainer, ...once, resume_from_checkpoint: null };
  try {
    return await run({ ...config, root_dir: folder, split_ind: -1, trainer });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
