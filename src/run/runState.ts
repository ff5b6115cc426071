/** The state of a run on disk: everything that it needs to resume as if nothing had happened. */
import { open } from "node:fs/promises";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import type { TrainConfig } from "../options/train/index.js";
import { type HookState, hookStates, type Position } from "../training/hook.js";
import type { Step } from "../training/step.js";
import type { TrainingRun } from "../training/trainingLoop.js";
import { changedSettings } from "./changedSettings.js";
import { type RunFolder, replaceState, statesOf } from "./runFolder.js";

const VERSION = 1;

/** What the steps to come depend on, besides the state of the step and of the hooks. */
export interface RunFacts {
  /** Seed of the order of rows and of augmentation. */
  seed: number;
  config: TrainConfig;
  /** SHA-256 of the rows of training and validation. */
  rows: string;
  /** Number of processes that train together. */
  ranks: number;
}

/** The text that is saved with the step's own state. */
interface Notes extends RunFacts {
  version: typeof VERSION;
  position: Position;
  hooks: Record<string, HookState>;
}

export type ResumableRun = Pick<TrainingRun, "hooks" | "position"> & {
  step: Pick<Step, "saveState" | "restoreState">;
};

/** Saves a run; `states` of hooks are saved instead of those of now. Throws ERR_DEEPLASIA_OUTPUT. */
export async function saveRun(
  run: ResumableRun,
  facts: RunFacts,
  folder: RunFolder,
  states: Record<string, HookState> = {},
): Promise<void> {
  const notes: Notes = {
    version: VERSION,
    ...facts,
    position: run.position,
    hooks: { ...hookStates(run.hooks), ...states },
  };
  await replaceState(folder, (file) => run.step.saveState(file, JSON.stringify(notes)));
}

/** The error that ended a run, with the last good state in its remedy. Anything but a DeeplasiaError stays as it is. */
export async function withLastState(cause: unknown, folder: RunFolder): Promise<unknown> {
  const { code, message, file, row, remedy = "" } = toDeeplasiaError(cause);
  if (code === "ERR_DEEPLASIA_INTERNAL") return cause;
  const [last] = await statesOf(folder);
  const kept = last === undefined ? "No state was saved." : `The last good state is kept: ${last}.`;
  return new DeeplasiaError(code, message, { file, row, cause, remedy: `${remedy} ${kept}`.trim() });
}

/**
 * Restores a run from a state, and returns the seed of the run.
 *
 * Throws ERR_DEEPLASIA_RESUME for a state of another network, configuration or cohort, ERR_DEEPLASIA_CHECKPOINT for a
 * damaged one.
 */
export async function restoreRun(
  run: ResumableRun,
  facts: Omit<RunFacts, "seed">,
  file: string,
): Promise<number> {
  const notes = parseNotes(await run.step.restoreState(file).catch(refuseState), file);
  const { seed, config, rows, position, hooks } = notes;
  refuseChanges(changedSettings(notes, facts), file);
  if (rows !== facts.rows) refuseChanges([OTHER_ROWS], file);
  // Versions that knew only one process saved no number of rows.
  const { rows: done = position.batch * config.data.train_batch_size } = position;
  Object.assign(run.position, position, { rows: done });
  // New settings of early stopping ask a run that early stopping ended to continue.
  if (JSON.stringify(config.early_stopping) !== JSON.stringify(facts.config.early_stopping))
    run.position.ended = null;
  for (const hook of run.hooks) {
    const state = hooks[hook.name];
    if (state !== undefined) await hook.restore?.(state);
  }
  return seed;
}

/**
 * Checks that a state has the same settings before the network is made: the native error would speak of tensors. A file that
 * cannot be read is left to `restoreRun`.
 *
 * Throws ERR_DEEPLASIA_RESUME.
 */
export async function requireSameSettings(
  file: string | undefined,
  facts: Omit<RunFacts, "seed" | "rows">,
): Promise<void> {
  const notes = file === undefined ? null : await readNotes(file);
  if (notes !== null) refuseChanges(changedSettings(notes, facts), file!);
}

/** Reads the notes in the header of a state, a safetensors file; null where the file is none. */
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
const SAME_MODEL =
  "A run that started from a model or a checkpoint needs it again: set model.init_from to it.";
const LONGEST_HEADER = 100_000_000;

/** Tensors that do not fit are those of another network. */
function refuseState(error: unknown): never {
  const { code, message, file, remedy, cause } = toDeeplasiaError(error);
  if (code !== "ERR_DEEPLASIA_RESUME" || remedy !== undefined) throw error;
  throw new DeeplasiaError(code, message, { file, cause, remedy: SAME_MODEL });
}

function refuseChanges(changed: readonly string[], file: string): void {
  if (changed.length === 0) return;
  const what = `${file} belongs to a run with other settings: ${changed.join("; ")}`;
  throw new DeeplasiaError("ERR_DEEPLASIA_RESUME", what, {
    file,
    remedy:
      "Use the same settings to resume that run. To train its model with other settings, start a new run with " +
      "model.init_from set to <run>/ckp/last.pt.",
  });
}

function parseNotes(text: string, file: string): Notes {
  try {
    const notes = JSON.parse(text) as Notes;
    if (notes.version === VERSION) return notes;
  } catch {}
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_RESUME",
    `${file} is not a training state that this version can resume`,
    {
      file,
      remedy: "To train its model further, start a new run with model.init_from.",
    },
  );
}
