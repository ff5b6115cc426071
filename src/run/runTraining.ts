/** A training run as a whole: rows, network and hooks are put together, the loop runs, the best model is tested. */

import { randomInt } from "node:crypto";
import { dirname } from "node:path";
import { type Logger, silentLogger } from "../console/logger.js";
import { createProgress, type Progress } from "../console/progress.js";
import type { Contract } from "../contract/contract.js";
import { reasonLines } from "../data/reasons.js";
import type { Group } from "../distributed/group.js";
import {
  agree,
  capacityOf,
  joinTrainers,
  requireSameRows,
  stepTogether,
} from "../distributed/joinTrainers.js";
import { withGroup } from "../distributed/withGroup.js";
import { formatError } from "../errors.js";
import { PictureNotes } from "../image/pictureNotes.js";
import type { ReadPicture } from "../image/readPicture.js";
import { lockFolder } from "../lock.js";
import { chooseDevice } from "../model/device.js";
import type { TrainConfig } from "../options/train/index.js";
import { plural } from "../plural.js";
import { removeLeftovers } from "../temporaryFiles.js";
import { openTrainer } from "../trainer/createTrainer.js";
import type { Trainer } from "../trainer/trainer.js";
import { batchCount } from "../training/batches.js";
import { BatchLoader } from "../training/batchLoader.js";
import type { Position } from "../training/hook.js";
import { limitsOf } from "../training/limits.js";
import { NetworkStep } from "../training/networkStep.js";
import { openTrainingCohort, type TrainingCohort } from "../training/trainingCohort.js";
import { accumulationAt, batchRules, requireTrainable, trainingData } from "../training/trainingData.js";
import { trainingLoop } from "../training/trainingLoop.js";
import { PARTS } from "../training/trainingRow.js";
import { createHooks, type Hooks } from "./createHooks.js";
import { evaluateAfterTraining } from "./evaluateAfterTraining.js";
import { hyperParameterMetrics } from "./evaluationTable.js";
import { findResumption, type Resumption } from "./findResumption.js";
import { shownHyperParameters } from "./hyperParameters.js";
import { openPictures } from "./openPictures.js";
import { resumeTogether } from "./resumeRun.js";
import { deviceOfRank, requireGpus, threadsOfRank } from "./runDevice.js";
import { makeRunFolder, type RunFolder } from "./runFolder.js";
import { requireSameRun, saveRun, withLastState } from "./runState.js";
import { knownScale, openStart, type Start, trainedContract } from "./start.js";
import { stepOptionsOf } from "./stepOptions.js";
import { isTrial } from "./trial.js";
import { writeRunFacts } from "./writeRunFacts.js";

export interface RunOptions {
  config: TrainConfig;
  /** Whether somebody gave a setting, rather than its default. */
  isGiven: (setting: string) => boolean;
  logger: Logger;
  /** Called once it is known where the run writes, before it does. */
  onFolder(folder: RunFolder): void;
  progress: Progress;
  /** Ends the run after the step in hand; its state is saved. */
  signal: AbortSignal;
}

/**
 * Train a model, and test the best one of all epochs; in as many processes as the configuration asks for, of which the
 * first one writes and talks. Resolves to why training ended; to null where the signal interrupted it.
 *
 * Throws what reading the cohort, the loop and the evaluation throw; ERR_DEEPLASIA_RESUME for a run that cannot go on;
 * ERR_DEEPLASIA_PEER where another process of the run is gone.
 */
export async function runTraining(options: RunOptions): Promise<string | null> {
  requireGpus(options.config);
  return withGroup(options.config, (group) => {
    if (group.isFirst) return runInGroup({ ...options, group });
    return runInGroup({ ...options, group, logger: silentLogger, progress: createProgress("none") });
  });
}

async function runInGroup(options: RunOptions & { group: Group }): Promise<string | null> {
  const { config, group } = options;
  const resumption = await group.fromFirst(async () => {
    const found = await findResumption(config);
    await requireSameRun(found.states[0], { config, ranks: group.ranks });
    return found;
  });
  const device = chooseDevice(deviceOfRank(config, group.localRank, group.localRanks));
  const seed = await group.fromFirst(() => config.seed_everything ?? randomInt(2 ** 32));
  await using start = await openStart(resumption.checkpoint, config, seed, options.isGiven);
  const cohort = await openTrainingCohort(config.data, knownScale(start.manifest));
  await using trainer = await openTrainer(start, stepOptionsOf(ownThreads(options), device, seed), device);
  const contract = trainedContract(trainer, cohort.scale, config);
  requireTrainable(config, contract, cohort, group.ranks);
  await requireSameRows(group, cohort);
  const folder = resumption.folder ?? (await group.fromFirst(() => makeRunFolder(config)));
  await using _lock = group.isFirst ? await lockFolder(folder.path) : undefined;
  if (group.isFirst) await removeLeftovers(dirname(folder.lastState), () => true);
  if (group.isFirst) options.onFolder(folder);
  if (group.isFirst && device.name === "cpu" && wantsGpu(options))
    options.logger.warn(
      `trainer.gpus is 1, but there is no GPU to use (${device.reason}): this runs on the CPU`,
    );
  const run = { ...options, folder, resumption, seed, start, cohort, trainer, contract };
  return await runIn(run);
}

/** Whether somebody asked for the one GPU that is the default anyway. */
function wantsGpu({ config: { device, trainer }, isGiven }: RunOptions): boolean {
  const { gpus, accelerator, devices } = trainer;
  const isAuto = device === "auto" && accelerator !== "cpu" && devices === null;
  return isAuto && gpus === "1" && isGiven("trainer.gpus");
}

const ownThreads = ({ config, group }: Pick<Run, "config" | "group">): TrainConfig => ({
  ...config,
  threads: threadsOfRank(config, group.localRanks),
});

interface Run extends RunOptions {
  group: Group;
  folder: RunFolder;
  resumption: Resumption;
  seed: number;
  start: Start;
  cohort: TrainingCohort;
  trainer: Trainer;
  contract: Contract;
}

async function runIn(run: Run): Promise<string | null> {
  const { config, folder, trainer, contract, cohort, logger, progress, group } = run;
  const { ranks, isFirst } = group;
  const inner = new NetworkStep(trainer, contract);
  const rules = batchRules(config, ranks).train;
  const trainBatches = batchCount(cohort.parts.train.rows.length, rules);
  const parts = { trainBatches, batchRows: rules.batchSize, writes: isFirst };
  const hooks = createHooks({ ...run, ...parts, step: inner, scale: cohort.scale });
  noteKnownFailures(run, hooks);
  const state = { step: inner, hooks: hooks.all, position: startPosition() };
  const facts = { config, rows: cohort.sha256, ranks };
  await joinTrainers(run);
  const resumed = await resumeTogether(state, facts, run);
  const seed = resumed?.seed ?? run.seed;
  if (isFirst) await writeRunFacts({ ...run, seed, resumedFrom: resumed?.file ?? null });
  await using pictures = await openPictures(run);
  const { read } = pictures;
  await using loader = openLoader(run, hooks, read);
  const data = trainingData(config, contract, cohort, loader, { seed, ranks });
  const save = async () => {
    await agree(run, hooks.failures, state.position);
    if (isFirst) await saveRun(state, { ...facts, seed }, folder);
  };
  const own = { clock: stopwatch(state.position.seconds), signal: run.signal };
  const { step, clock, signal } = stepTogether(inner, run, own);
  try {
    if (resumed === null) {
      const metrics = hyperParameterMetrics({});
      if (isFirst) {
        hooks.tensorBoard.begin(shownHyperParameters(config), Object.keys(metrics));
        hooks.tensorBoard.write(metrics, 0);
      }
      // From now on there is a run to go on with, and it is known that a state can be written.
      await save();
    }
    const { learningRate } = hooks;
    const ended = await trainingLoop({
      ...state,
      step,
      ...loopSettings(config),
      data,
      learningRate,
      signal,
      logger,
      clock,
      save,
    });
    if (ended !== null) await finish(ended, run, hooks, read);
    else logger.info(`interrupted; --trainer.resume_from_checkpoint=last goes on from ${folder.lastState}`);
    if (isFirst) await hooks.failures.write();
    return ended;
  } catch (error) {
    if (!isFirst) throw error;
    // What comes second where the disk is full says nothing new.
    await hooks.failures.write().catch(() => {});
    throw isTrial(config) ? error : await withLastState(error, folder);
  } finally {
    progress.finish();
  }
}

function openLoader(run: Run, { failures }: Hooks, read: ReadPicture): BatchLoader {
  const { config, contract, logger, group } = run;
  const notes = new PictureNotes(logger);
  return new BatchLoader({
    contract,
    capacity: capacityOf(config),
    numWorkers: config.data.num_workers,
    part: group,
    strict: config.strict,
    read,
    onFailure: (row, error) => {
      if (failures.add(row, error)) logger.warn(`left out: ${formatError(error)}`);
    },
    onNotes: ({ imagePath }, found) => notes.add(imagePath, found),
  });
}

function loopSettings(config: TrainConfig) {
  const {
    num_sanity_val_steps: sanity,
    check_val_every_n_epoch: validateEvery,
    skip_nan: skipNan,
  } = config.trainer;
  return {
    accumulation: accumulationAt(config),
    limits: limitsOf(config),
    sanityBatches: sanity === -1 ? Number.POSITIVE_INFINITY : sanity,
    validateEvery,
    saveEvery: config.checkpoint.every_n_steps,
    skipNan,
  };
}

/** Test the best model; of a trial there is nothing to be kept. */
async function finish(ended: string, run: Run, hooks: Hooks, read: ReadPicture): Promise<void> {
  const { config, folder, cohort, trainer, logger, group } = run;
  logger.info(`training ended: ${ended}`);
  if (group.isFirst) hooks.checkpoints.report();
  if (isTrial(config)) return;
  const { parts } = await evaluateAfterTraining({
    ...run,
    modelFile: await group.fromFirst(() => (hooks.checkpoints.hasBest ? folder.bestModel : folder.lastModel)),
    parts: cohort.parts,
    config: ownThreads(run),
    device: trainer.device.name,
    read,
    onFailure: (row, error) => hooks.failures.add(row, error),
  });
  if (!group.isFirst) return;
  hooks.tensorBoard.write(hyperParameterMetrics(parts), 0);
  hooks.tensorBoard.end();
}

const startPosition = (): Position => ({
  epoch: 0,
  batch: 0,
  rows: 0,
  globalStep: 0,
  seconds: 0,
  ended: null,
});

/** Seconds of the run, with those of the processes before this one. */
function stopwatch(before: number): () => number {
  const start = performance.now();
  return () => before + (performance.now() - start) / 1000;
}

/** Rows of which it is known already that they cannot be used. Throws the first one's error if `strict`. */
function noteKnownFailures({ cohort, config, logger }: Run, { failures }: Hooks): void {
  const failed = PARTS.flatMap((part) => cohort.parts[part].failed);
  for (const row of failed) {
    if (config.strict) throw row.error;
    failures.add(row, row.error);
  }
  if (failed.length > 0) {
    const lines = reasonLines(failed.map(({ error }) => error));
    logger.warn([`${plural(failed.length, "row")} cannot be used: left out:`, ...lines].join("\n  "));
  }
  for (const note of cohort.notes) logger.warn(note);
}
