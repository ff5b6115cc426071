import { reasonLines } from "../data/reasons.js";
import { stepInGroup } from "../distributed/distributedStep.js";
import { capacityOf, gatherState, joinTrainers } from "../distributed/groupTrainers.js";
import { formatError } from "../errors.js";
import { PictureNotes } from "../image/pictureNotes.js";
import type { ReadPicture } from "../image/readPicture.js";
import { plural } from "../plural.js";
import { batchCount } from "../training/batches.js";
import { BatchLoader } from "../training/batchLoader.js";
import type { HookState, Position } from "../training/hook.js";
import { NetworkStep } from "../training/networkStep.js";
import { batchRules, trainingData } from "../training/trainingData.js";
import { trainingLoop } from "../training/trainingLoop.js";
import { PARTS } from "../training/trainingRow.js";
import { createHooks, type RunHooks } from "./createHooks.js";
import { shownHyperParameters } from "./hyperParameters.js";
import { isTrial } from "./isTrial.js";
import { kindOf } from "./kinds/kindOf.js";
import { openPictures } from "./openPictures.js";
import type { PreparedRun } from "./preparedRun.js";
import { resumeRun } from "./resumeRun.js";
import type { RunResults } from "./runResults.js";
import { saveRun, withLastState } from "./runState.js";
import { type TrainedRun, trainedRun } from "./trainedRun.js";
import { writeRunFacts } from "./writeRunFacts.js";
import { writeRunReport } from "./writeRunReport.js";

/**
 * Trains to the end, from the beginning or from a saved state, and evaluates the best model. Returns null where the run was
 * interrupted, and its state saved.
 */
export async function trainInFolder(run: PreparedRun): Promise<TrainedRun | null> {
  const { config, folder, trainer, contract, cohort, logger, progress, group } = run;
  const { ranks, isFirst } = group;
  const inner = new NetworkStep(trainer, contract);
  const rules = batchRules(config, ranks).train;
  const trainBatches = batchCount(cohort.parts.train.rows.length, rules);
  const parts = { trainBatches, batchRows: rules.batchSize, writes: isFirst };
  const hooks = createHooks({ ...run, ...parts, step: inner });
  noteKnownFailures(run, hooks);
  const state = { step: inner, hooks: hooks.all, position: startPosition() };
  const facts = { config, rows: cohort.sha256, ranks };
  await joinTrainers(config, group, trainer, logger);
  const resumed = await resumeRun(state, facts, run);
  const seed = resumed?.seed ?? run.seed;
  if (isFirst) await writeRunFacts({ ...run, seed, resumedFrom: resumed?.file ?? null });
  await using pictures = await openPictures(run);
  const { read } = pictures;
  await using loader = openLoader(run, hooks, read);
  const data = trainingData(config, contract, cohort, loader, { seed, ranks });
  const save = async (states?: Record<string, HookState>) => {
    await gatherState(group, trainer, hooks.failures, state.position);
    if (isFirst) await saveRun(state, { ...facts, seed }, folder, states);
  };
  const own = { group, capacity: capacityOf(config), signal: run.signal };
  const clock = stopwatch(state.position.seconds);
  const shared = stepInGroup(inner, { ...own, clock });
  try {
    if (resumed === null) {
      if (isFirst) beginTensorBoard(run, hooks);
      // From now on there is a run to resume, and it is known that a state can be written.
      await save();
    }
    const { learningRate } = hooks;
    const ended = await trainingLoop({ ...state, ...shared, config, data, learningRate, logger, save });
    const results = ended === null ? null : await finish(ended, run, hooks, read);
    if (isFirst) await hooks.failures.write();
    if (results === null) logger.info(interruptedText(run));
    return results === null ? null : trainedRun(run, ended!, results);
  } catch (error) {
    if (!isFirst) throw error;
    const isInterrupted = run.signal.aborted && error === run.signal.reason;
    if (isInterrupted) logger.info(interruptedText(run));
    // Where the disk is full, this error would only repeat the first one.
    await hooks.failures.write().catch(() => {});
    throw isInterrupted || isTrial(config) ? error : await withLastState(error, folder);
  } finally {
    progress.finish();
  }
}

function interruptedText({ folder }: PreparedRun): string {
  return `interrupted: the state is saved in ${folder.lastState}; set trainer.resume_from_checkpoint to last to resume`;
}

function openLoader(run: PreparedRun, { failures }: RunHooks, read: ReadPicture): BatchLoader {
  const { config, contract, logger, group } = run;
  const notes = new PictureNotes(logger);
  return new BatchLoader({
    contract,
    learnsMasks: kindOf(config).learnsMasks,
    capacity: capacityOf(config),
    numWorkers: config.data.num_workers,
    group,
    strict: config.strict,
    read,
    onFailure: (row, error) => {
      if (failures.add(row, error)) logger.warn(`left out: ${formatError(error)}`);
    },
    onNotes: ({ imagePath }, found) => notes.add(imagePath, found),
  });
}

function beginTensorBoard({ config }: PreparedRun, { tensorBoard }: RunHooks): void {
  const { untested, hyperParameters } = kindOf(config);
  tensorBoard.begin(shownHyperParameters(config, hyperParameters(config)), Object.keys(untested));
  tensorBoard.write(untested, 0);
}

/** Evaluates the best model. A trial is not evaluated, because nothing of it is kept. */
async function finish(
  ended: string,
  run: PreparedRun,
  hooks: RunHooks,
  read: ReadPicture,
): Promise<RunResults> {
  const { config, folder, logger, group } = run;
  logger.info(`training ended: ${ended}`);
  if (group.isFirst) hooks.checkpoints.report();
  if (isTrial(config)) return { metrics: {}, masks: {} };
  const bestModel = () => (hooks.checkpoints.hasBest ? folder.bestModel : folder.lastModel);
  const modelFile = await group.fromFirst(bestModel);
  const { tested, ...results } = await kindOf(config).evaluate({
    ...run,
    modelFile,
    read,
    failures: hooks.failures,
  });
  if (group.isFirst) {
    hooks.tensorBoard.write(tested, 0);
    hooks.tensorBoard.end();
    if (!config.no_report && kindOf(config).modelKind === "bone_age") await writeRunReport(run);
  }
  return results;
}

const startPosition = (): Position => ({
  epoch: 0,
  batch: 0,
  rows: 0,
  globalStep: 0,
  seconds: 0,
  ended: null,
});

/** Returns a clock of the seconds of the run, those before the interruption included. */
function stopwatch(before: number): () => number {
  const start = performance.now();
  return () => before + (performance.now() - start) / 1000;
}

/** Logs the rows that are known to be unusable, and counts them as failures. Throws the first one's error if `strict`. */
function noteKnownFailures({ cohort, config, logger }: PreparedRun, { failures }: RunHooks): void {
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
