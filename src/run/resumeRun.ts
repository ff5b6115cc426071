/** How a run takes up what it goes on from. */

import type { Logger } from "../console/logger.js";
import type { Group } from "../distributed/group.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import type { TrainConfig } from "../options/train/index.js";
import type { Trainer } from "../trainer/trainer.js";
import type { Resumption } from "./findResumption.js";
import { clearRun, discardLast, type RunFolder } from "./runFolder.js";
import { type Resumable, type RunFacts, restoreRun } from "./runState.js";
import type { Start } from "./start.js";

interface Resuming {
  config: TrainConfig;
  group: Group;
  folder: RunFolder;
  resumption: Resumption;
  trainer: Trainer;
  start: Start;
  logger: Logger;
}

/** The first process finds out what there is to go on from; the others go on from the same. */
export async function resumeTogether(state: Resumable, facts: Omit<RunFacts, "seed">, run: Resuming) {
  const { group, trainer } = run;
  const first = await group.fromFirst(() => resume(state, facts, run));
  if (group.handle === null) return first;
  if (!group.isFirst) {
    if (first !== null) await restoreRun(state, facts, first.file);
    else if (run.resumption.checkpoint !== null && run.start.isCheckpoint)
      await adoptOptimizer(trainer, run.resumption.checkpoint);
  }
  await trainer.synchronise();
  return first;
}

/** Go on from the newest state that can be read, or start with what a Lightning checkpoint holds; null: from the beginning. */
async function resume(
  state: Resumable,
  facts: Omit<RunFacts, "seed">,
  { config, folder, resumption, trainer, start, logger }: Resuming,
): Promise<{ seed: number; file: string } | null> {
  const { states, checkpoint } = resumption;
  for (const file of states) {
    try {
      const seed = await restoreRun(state, facts, file);
      const isLast = file === states[0];
      if (!isLast) await discardLast(folder);
      const { epoch, batch, globalStep } = state.position;
      logger.info(`going on from ${file}: epoch ${epoch + 1}, batch ${batch}, step ${globalStep}`);
      return { seed, file: isLast ? file : folder.lastState };
    } catch (error) {
      const isDamaged = error instanceof DeeplasiaError && error.code === "ERR_DEEPLASIA_CHECKPOINT";
      if (!isDamaged || file === states.at(-1)) throw error;
      logger.warn(`${error.message}: taking the state before it`);
    }
  }
  await clearRun(folder);
  if (config.trainer.resume_from_checkpoint === "last")
    logger.warn(`there is no run of the name ${config.name} to go on with: this is a new one`);
  if (checkpoint !== null && start.isCheckpoint) {
    const optimizer = await adoptOptimizer(trainer, checkpoint);
    logger.info(`starting from ${checkpoint}: its weights; ${optimizer}`);
  } else if (checkpoint !== null) {
    const anew = "optimiser and schedule start anew; a run goes on from its ckp/last.state";
    logger.warn(`starting from ${checkpoint}: its weights, as a TorchScript model has no more: ${anew}`);
  }
  return null;
}

/** Take over what a checkpoint's optimiser had gathered, as far as there is something that fits; in words. */
async function adoptOptimizer(trainer: Trainer, checkpoint: string): Promise<string> {
  try {
    return `its optimiser's state of ${await trainer.importLightningState(checkpoint)} parameters`;
  } catch (error) {
    const { code, message } = toDeeplasiaError(error);
    if (code !== "ERR_DEEPLASIA_CHECKPOINT" && code !== "ERR_DEEPLASIA_RESUME") throw error;
    return `the optimiser starts anew: ${message}`;
  }
}
