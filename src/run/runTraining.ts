/** A training run as a whole, in the order in which it all happens. */
import { randomInt } from "node:crypto";
import { dirname } from "node:path";
import { silentLogger } from "../console/logger.js";
import { createProgress } from "../console/progress.js";
import type { Group } from "../distributed/group.js";
import { requireSameRows } from "../distributed/groupTrainers.js";
import { withGroup } from "../distributed/withGroup.js";
import { lockFolder } from "../lock.js";
import { chooseDevice } from "../model/device.js";
import type { TrainConfig } from "../options/train/index.js";
import { removeLeftovers } from "../temporaryFiles.js";
import { openTrainer } from "../trainer/createTrainer.js";
import { requireTrainable } from "../training/trainingData.js";
import { findResumption } from "./findResumption.js";
import { kindOf } from "./kinds/kindOf.js";
import { openStart } from "./openStart.js";
import type { RunOptions } from "./preparedRun.js";
import { deviceOfRank, requireGpus, threadsOfRank } from "./runDevice.js";
import { makeRunFolder } from "./runFolder.js";
import { requireSameSettings } from "./runState.js";
import { stepOptionsOf } from "./stepOptions.js";
import { trainedContract } from "./trainedContract.js";
import type { TrainedRun } from "./trainedRun.js";
import { trainInFolder } from "./trainInFolder.js";
import { withTrial } from "./withTrial.js";

/**
 * Trains a model, and evaluates the best model of all epochs, in as many processes as the configuration asks for. The first
 * process writes and logs; every process returns the same.
 *
 * Throws the signal's reason where it interrupted the run; an AbortError where the signal of another process did;
 * ERR_DEEPLASIA_RESUME for a run that cannot be resumed; ERR_DEEPLASIA_PEER where another process of the run is gone; and
 * what reading the cohort, the loop and the evaluation throw.
 */
export async function runTraining(options: RunOptions): Promise<TrainedRun> {
  requireGpus(options.config);
  const run = await withTrial(options.config, (config) =>
    withGroup(config, (group) => {
      if (group.isFirst) return runInGroup({ ...options, config, group });
      const quiet = { logger: silentLogger, progress: createProgress("none") };
      return runInGroup({ ...options, config, group, ...quiet });
    }),
  );
  if (run !== null) return run;
  options.signal.throwIfAborted();
  throw new DOMException("another process of the run was asked to stop", "AbortError");
}

/** Returns null where the run was interrupted, and its state saved. */
async function runInGroup(options: RunOptions & { group: Group }): Promise<TrainedRun | null> {
  const { config, group, origins, logger } = options;
  const isGiven = (setting: string) => origins.has(setting);
  const resumption = await group.fromFirst(async () => {
    const found = await findResumption(config);
    await requireSameSettings(found.states[0], { config, ranks: group.ranks });
    return found;
  });
  const device = chooseDevice(deviceOfRank(config, group.localRank, group.localRanks));
  const seed = await group.fromFirst(() => config.seed_everything ?? randomInt(2 ** 32));
  await using start = await openStart(resumption.checkpoint, config, seed, isGiven, options.legacyParameters);
  const cohort = await kindOf(config).openCohort(config, start.manifest);
  const threads = threadsOfRank(config, group.localRanks);
  const stepOptions = stepOptionsOf(config, { device: device.name, threads, seed });
  await using trainer = await openTrainer(start, stepOptions, device);
  const contract = trainedContract(trainer, cohort, config);
  requireTrainable(config, contract, cohort, group.ranks);
  await requireSameRows(group, cohort);
  const folder = resumption.folder ?? (await group.fromFirst(() => makeRunFolder(config)));
  await using _lock = group.isFirst ? await lockFolder(folder.path) : undefined;
  if (group.isFirst) {
    await removeLeftovers(dirname(folder.lastState), () => true);
    options.onFolder?.(folder);
    for (const warning of options.warnings) logger.warn(warning);
    if (device.name === "cpu" && asksForGpu(config, isGiven))
      logger.warn(`trainer.gpus is 1, but there is no GPU to use (${device.reason}): this runs on the CPU`);
  }
  return await trainInFolder({ ...options, folder, resumption, seed, start, cohort, trainer, contract });
}

/** Whether somebody asked for the one GPU that is the default anyway. */
function asksForGpu({ device, trainer }: TrainConfig, isGiven: (setting: string) => boolean): boolean {
  const { gpus, accelerator, devices } = trainer;
  const isAuto = device === "auto" && accelerator !== "cpu" && devices === null;
  return isAuto && gpus === "1" && isGiven("trainer.gpus");
}
