import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isSystemError } from "../errors.js";
import { makeFolder } from "../files/makeFolder.js";
import { outputError } from "../files/outputError.js";
import { pathKind } from "../files/pathKind.js";
import { syncFolder } from "../files/renameDurably.js";
import type { TrainConfig } from "../options/train/index.js";

const CHECKPOINTS = "ckp";

/** The paths in a run's folder, `<root_dir>/<name>/version_<n>` or `split_<n>`, laid out as the reference's. */
export interface RunFolder {
  path: string;
  config: string;
  hyperParameters: string;
  provenance: string;
  metrics: string;
  failures: string;
  predictions: string;
  /** The folder of the report. */
  report: string;
  bestModel: string;
  lastModel: string;
  /** Everything that the run needs to resume. */
  lastState: string;
  /** The state before the last one. */
  previousState: string;
}

export function runFolder(path: string): RunFolder {
  return {
    path,
    config: join(path, "config.yaml"),
    hyperParameters: join(path, "hparams.yaml"),
    provenance: join(path, "provenance.json"),
    metrics: join(path, "metrics.csv"),
    failures: join(path, "failures.csv"),
    predictions: join(path, "predictions"),
    report: join(path, "report"),
    bestModel: join(path, CHECKPOINTS, "best_model.pt"),
    lastModel: join(path, CHECKPOINTS, "last.pt"),
    lastState: join(path, CHECKPOINTS, "last.state"),
    previousState: join(path, CHECKPOINTS, "previous.state"),
  };
}

/** The run that a state belongs to; null for a file that is not in a run's folder. */
export function runOfState(file: string): RunFolder | null {
  const checkpoints = dirname(resolve(file));
  return basename(checkpoints) === CHECKPOINTS ? runFolder(dirname(checkpoints)) : null;
}

/** The states that exist, newest first. */
export async function statesOf({ lastState, previousState }: RunFolder): Promise<string[]> {
  const kinds = await Promise.all([lastState, previousState].map(pathKind));
  return [lastState, previousState].filter((_, i) => kinds[i] === "file");
}

/**
 * Replaces the last state by a new one, which `write` writes. The old last state becomes the previous one, so that there is
 * always at least one good state, and usually two.
 */
export async function replaceState(
  { lastState, previousState }: RunFolder,
  write: (file: string) => Promise<void>,
): Promise<void> {
  const fresh = join(dirname(lastState), "new.state");
  await write(fresh);
  try {
    if ((await pathKind(lastState)) !== null) await rename(lastState, previousState);
    await rename(fresh, lastState);
    await syncFolder(dirname(lastState));
  } catch (error) {
    throw outputError(error, lastState);
  }
}

/**
 * Removes what an earlier run left in a folder that is used again, and what could be taken for results of the new run: states,
 * failures, predictions, report. The models stay until the new run replaces them. Throws ERR_DEEPLASIA_OUTPUT.
 */
export async function clearRun(folder: RunFolder): Promise<void> {
  const { lastState, previousState, failures, predictions, report } = folder;
  try {
    for (const path of [lastState, previousState, failures, predictions, report])
      await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw outputError(error, folder.path);
  }
}

/** Replaces the last state, which is damaged, by the previous one, so that it does not become the previous one itself. */
export async function discardLast({ lastState, previousState }: RunFolder): Promise<void> {
  try {
    await rename(previousState, lastState);
  } catch (error) {
    throw outputError(error, lastState);
  }
}

type Place = Pick<TrainConfig, "root_dir" | "name" | "split_ind">;

const parentOf = ({ root_dir, name }: Place) => join(root_dir, name);
const splitFolder = (place: Place) => join(parentOf(place), `split_${place.split_ind}`);

/** Makes the folder of a new version, or that of the split, which may exist. Throws ERR_DEEPLASIA_OUTPUT. */
export async function makeRunFolder(place: Place): Promise<RunFolder> {
  const folder = runFolder(place.split_ind >= 0 ? splitFolder(place) : await makeVersion(parentOf(place)));
  await makeFolder(dirname(folder.lastState));
  return folder;
}

async function makeVersion(parent: string): Promise<string> {
  try {
    await makeFolder(parent);
    for (let number = 1 + Math.max(-1, ...(await versionsIn(parent))); ; number++) {
      const path = join(parent, `version_${number}`);
      try {
        await mkdir(path);
        return path;
      } catch (error) {
        // Another run has just taken the number.
        if (!isSystemError(error, "EEXIST")) throw error;
      }
    }
  } catch (error) {
    throw outputError(error, parent);
  }
}

/** The numbers of the versions in a folder. */
async function versionsIn(parent: string): Promise<number[]> {
  if ((await pathKind(parent)) !== "folder") return [];
  return (await readdir(parent)).flatMap((name) => /^version_(\d+)$/.exec(name)?.slice(1).map(Number) ?? []);
}

/** The runs of this name that can be resumed, newest first. */
export async function resumableRuns(place: Place): Promise<RunFolder[]> {
  const parent = parentOf(place);
  const versions = (await versionsIn(parent))
    .sort((a, b) => b - a)
    .map((number) => join(parent, `version_${number}`));
  const folders = place.split_ind >= 0 ? [splitFolder(place)] : versions;
  const found: RunFolder[] = [];
  for (const folder of folders.map(runFolder)) if ((await statesOf(folder)).length > 0) found.push(folder);
  return found;
}
