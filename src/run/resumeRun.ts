import type { Logger } from "../console/logger.js";
import type { Group } from "../distributed/group.js";
import { synchroniseTrainers } from "../distributed/groupTrainers.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import type { TrainConfig } from "../options/train/index.js";
import type { Trainer } from "../trainer/trainer.js";
import type { Resumption } from "./findResumption.js";
import type { Start } from "./openStart.js";
import { clearRun, discardLast, type RunFolder } from "./runFolder.js";
import { type ResumableRun, type RunFacts, restoreRun } from "./runState.js";

interface Resuming {
  config: TrainConfig;
  group: Group;
  folder: RunFolder;
  resumption: Resumption;
  trainer: Trainer;
  start: Start;
  logger: Logger;
}

/** The state that a run was resumed from. */
export interface ResumedState {
  seed: number;
  file: string;
}

/**
 * Restores the newest readable state, in all processes the same one. Returns null where the run starts at the beginning,
 * perhaps with the optimiser's state of a Lightning checkpoint.
 */
export async function resumeRun(
  state: ResumableRun,
  facts: Omit<RunFacts, "seed">,
  run: Resuming,
): Promise<ResumedState | null> {
  const { group, trainer, resumption, start } = run;
  const first = await group.fromFirst(() => resumeFirst(state, facts, run));
  if (!group.isFirst) {
    if (first !== null) await restoreRun(state, facts, first.file);
    else if (resumption.checkpoint !== null && start.isCheckpoint)
      await adoptOptimizer(trainer, resumption.checkpoint);
  }
  await synchroniseTrainers(group, trainer);
  return first;
}

async function resumeFirst(
  state: ResumableRun,
  facts: Omit<RunFacts, "seed">,
  run: Resuming,
): Promise<ResumedState | null> {
  const { folder, resumption, logger } = run;
  const { states } = resumption;
  for (const file of states) {
    try {
      const seed = await restoreRun(state, facts, file);
      const isLast = file === states[0];
      if (!isLast) await discardLast(folder);
      const { epoch, batch, globalStep } = state.position;
      logger.info(`resuming from ${file}: epoch ${epoch + 1}, batch ${batch}, step ${globalStep}`);
      return { seed, file: isLast ? file : folder.lastState };
    } catch (error) {
      const isDamaged = error instanceof DeeplasiaError && error.code === "ERR_DEEPLASIA_CHECKPOINT";
      if (!isDamaged || file === states.at(-1)) throw error;
      logger.warn(`${error.message}: using the state before it`);
    }
  }
  await clearRun(folder);
  await startAnew(run);
  return null;
}

/** Starts at the beginning; with a Lightning checkpoint, from its weights and its optimiser's state. */
async function startAnew({ config, resumption, trainer, start, logger }: Resuming): Promise<void> {
  const { checkpoint } = resumption;
  if (config.trainer.resume_from_checkpoint === "last")
    logger.warn(`there is no run with the name ${config.name} to resume: this is a new one`);
  if (checkpoint !== null && start.isCheckpoint) {
    const optimizer = await adoptOptimizer(trainer, checkpoint);
    logger.info(`starting from the weights of ${checkpoint}; ${optimizer}`);
  } else if (checkpoint !== null) {
    const what = `starting from the weights of ${checkpoint}: a TorchScript model has nothing else`;
    logger.warn(`${what}, so optimiser and schedule start anew; to resume a run, give its ckp/last.state`);
  }
}

/** Takes over a checkpoint's optimiser state as far as it fits, and returns a text about it. */
async function adoptOptimizer(trainer: Trainer, checkpoint: string): Promise<string> {
  try {
    return `the optimiser has its state of ${await trainer.importLightningState(checkpoint)} parameters`;
  } catch (error) {
    const { code, message } = toDeeplasiaError(error);
    if (code !== "ERR_DEEPLASIA_CHECKPOINT" && code !== "ERR_DEEPLASIA_RESUME") throw error;
    return `the optimiser starts anew: ${message}`;
  }
}
