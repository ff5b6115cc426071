/** What a run needs to go on as if nothing had happened, and what must not have changed meanwhile. */
import { open } from "node:fs/promises";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { CLASS_SECTIONS, TRAIN_SETTINGS, type TrainConfig } from "../options/train/index.js";
import type { HookState, Position } from "../training/hook.js";
import type { Step } from "../training/step.js";
import type { TrainingRun } from "../training/trainingLoop.js";
import { type RunFolder, replaceState, statesOf } from "./runFolder.js";

const VERSION = 1;

/** What the steps to come hang on, beside the state of the step and of the hooks. */
export interface RunFacts {
  /** Of the order of rows and of augmentation. */
  seed: number;
  config: TrainConfig;
  /** SHA-256 over the rows of training and validation. */
  rows: string;
  /** Processes that train together. */
  ranks: number;
}

/** The text that travels with the step's own state. */
interface Notes extends RunFacts {
  version: typeof VERSION;
  position: Position;
  hooks: Record<string, HookState>;
}

export type Resumable = Pick<TrainingRun, "hooks" | "position"> & {
  step: Pick<Step, "saveState" | "restoreState">;
};

/** Throws ERR_DEEPLASIA_OUTPUT. */
export async function saveRun(run: Resumable, facts: RunFacts, folder: RunFolder): Promise<void> {
  const states = run.hooks.flatMap((hook) => (hook.state === undefined ? [] : [[hook.name, hook.state()]]));
  const notes: Notes = {
    version: VERSION,
    ...facts,
    position: run.position,
    hooks: Object.fromEntries(states),
  };
  await replaceState(folder, (file) => run.step.saveState(file, JSON.stringify(notes)));
}

/** What ended a run, with what that leaves to go on from; what is no DeeplasiaError stays as it is. */
export async function withLastState(cause: unknown, folder: RunFolder): Promise<unknown> {
  const { code, message, file, row, remedy = "" } = toDeeplasiaError(cause);
  if (code === "ERR_DEEPLASIA_INTERNAL") return cause;
  const [last] = await statesOf(folder);
  const stands = last === undefined ? "No state was saved." : `The last state that is good stands: ${last}.`;
  return new DeeplasiaError(code, message, { file, row, cause, remedy: `${remedy} ${stands}`.trim() });
}

/**
 * Restore a run from a state. Returns the seed of the run.
 *
 * Throws ERR_DEEPLASIA_RESUME for a state of another network, configuration or cohort, ERR_DEEPLASIA_CHECKPOINT for a
 * damaged one.
 */
export async function restoreRun(
  run: Resumable,
  facts: Omit<RunFacts, "seed">,
  file: string,
): Promise<number> {
  const notes = parseNotes(await run.step.restoreState(file).catch(refuseState), file);
  const { seed, config, rows, position, hooks } = notes;
  requireSame(changedSettings(notes, facts), file);
  if (rows !== facts.rows) requireSame([OTHER_ROWS], file);
  // States of versions that knew one process alone have no rows.
  const { rows: done = position.batch * config.data.train_batch_size } = position;
  Object.assign(run.position, position, { rows: done });
  // Whoever sets another patience wants it to go on.
  if (JSON.stringify(config.early_stopping) !== JSON.stringify(facts.config.early_stopping))
    run.position.ended = null;
  for (const hook of run.hooks) {
    const state = hooks[hook.name];
    if (state !== undefined) await hook.restore?.(state);
  }
  return seed;
}

/**
 * That a state is of a run with the same settings, before its network is made, which would say it in tensors. What cannot be
 * read is left to `restoreRun`.
 *
 * Throws ERR_DEEPLASIA_RESUME.
 */
export async function requireSameRun(file: string | undefined, facts: Omit<RunFacts, "seed" | "rows">) {
  const notes = file === undefined ? null : await readNotes(file);
  if (notes !== null) requireSame(changedSettings(notes, facts), file!);
}

/** The notes in the header of a state, a safetensors file; null for what is none. */
async function readNotes(file: string): Promise<Notes | null> {
  try {
    await using handle = await open(file);
    const { buffer: length } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    const bytes = Number(length.readBigUInt64LE());
    if (bytes > LONGEST_HEADER) return null;
    const { buffer: header } = await handle.read(Buffer.alloc(bytes), 0, bytes, 8);
    const { notes } = JSON.parse(header.toString()).__metadata__;
    return parseNotes(JSON.parse(notes).notes, file);
  } catch {
    return null;
  }
}

const OTHER_ROWS =
  "the rows of training and validation (annotations, split, pictures, masks) or the scale of their ages";
const SAME_MODEL = "A run that began with a model or a checkpoint needs it again: --model.init_from FILE.";
const LONGEST_HEADER = 100_000_000;

/** Tensors that do not fit are those of another network. */
function refuseState(error: unknown): never {
  const { code, message, file, remedy, cause } = toDeeplasiaError(error);
  if (code !== "ERR_DEEPLASIA_RESUME" || remedy !== undefined) throw error;
  throw new DeeplasiaError(code, message, { file, cause, remedy: SAME_MODEL });
}

function requireSame(changed: readonly string[], file: string, advice = ""): void {
  if (changed.length === 0) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_RESUME",
    `${file} is of a run with other settings: ${changed.join("; ")}`,
    {
      file,
      remedy:
        `${advice}Give the same settings to go on with that run. To train its model further with others, start a new run with ` +
        "--model.init_from <run>/ckp/last.pt.",
    },
  );
}

function parseNotes(text: string, file: string): Notes {
  try {
    const notes = JSON.parse(text) as Notes;
    if (notes.version === VERSION) return notes;
  } catch {}
  throw new DeeplasiaError("ERR_DEEPLASIA_RESUME", `${file} is no state of a run of this version's train`, {
    file,
    remedy: "To train its model further, start a new run with --model.init_from.",
  });
}

/** Settings that may be others in a resumed run; all that are not here decide what the steps to come do. */
const MAY_CHANGE: readonly string[] = [
  ...["name", "root_dir", "split_ind", "device", "threads", "scratch", "strict"],
  ...["no_test_tta_rot", "no_test_tta_flip", "train_tta_rot", "train_tta_flip", "no_regression"],
  ...["max_epochs", "min_epochs", "max_steps", "min_steps", "max_time", "fast_dev_run"].map(inTrainer),
  ...["check_val_every_n_epoch", "num_sanity_val_steps", "limit_val_batches", "limit_test_batches"].map(
    inTrainer,
  ),
  ...["log_every_n_steps", "enable_progress_bar", "skip_nan", "resume_from_checkpoint"].map(inTrainer),
  ...["gpus", "accelerator", "devices", "num_nodes", "rank_timeout"].map(inTrainer),
  ...["pretrained", "stem", "init_from"].map((name) => `model.${name}`),
  ...["annotation_path", "split_path", "split_column", "img_dir", "mask_dirs"].map(inData),
  ...["test_batch_size", "num_workers", "use_cache", "cache_dir"].map(inData),
  ...["patience", "min_delta", "stopping_threshold", "divergence_threshold"].map(inEarlyStopping),
  ...["check_finite", "strict", "verbose"].map(inEarlyStopping),
  "checkpoint.every_n_steps",
  "lr_monitor.logging_interval",
  "lr_scheduler.init_args.verbose",
];

function inTrainer(name: string): string {
  return `trainer.${name}`;
}

function inData(name: string): string {
  return `data.${name}`;
}

function inEarlyStopping(name: string): string {
  return `early_stopping.${name}`;
}

const MUST_STAY = [
  ...[...TRAIN_SETTINGS.keys()].filter((path) => !MAY_CHANGE.includes(path)),
  ...Object.keys(CLASS_SECTIONS).map((section) => `${section}.class_path`),
];

const BATCH_SIZE = inData("train_batch_size");

type BatchFacts = Pick<RunFacts, "config"> & Partial<Pick<RunFacts, "ranks">>;
/** Rows of the batch of all processes. */
const batchOf = ({ config, ranks = 1 }: BatchFacts) => config.data.train_batch_size * ranks;

/** `optimizer.init_args.lr (was 0.001, now 0.01)` */
function changedSettings(before: BatchFacts, now: BatchFacts): string[] {
  // Another number of processes may have batches of the same size as before, each or all together.
  const isSameBatch = batchOf(before) === batchOf(now);
  return MUST_STAY.flatMap((path) => {
    if (path === BATCH_SIZE && isSameBatch) return [];
    const [a, b] = [before, now].map(({ config }) => JSON.stringify(valueAt(config, path)));
    return a === b ? [] : [`${path} (was ${a ?? "not there"}, now ${b ?? "not there"})`];
  });
}

function valueAt(config: TrainConfig, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], config);
}
