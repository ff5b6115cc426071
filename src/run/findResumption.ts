/** What a run goes on from. */
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files.js";
import type { TrainConfig } from "../options/train/index.js";
import { processesIn } from "./recordProcess.js";
import { type RunFolder, resumableRuns, runOfState, statesOf } from "./runFolder.js";

export interface Resumption {
  /** The run's folder; null: a new one. */
  folder: RunFolder | null;
  /** States to go on from, the first that can be read; none: the run is a new one. */
  states: string[];
  /** A checkpoint or a model, whose weights and optimiser the run starts with, or has started with. */
  checkpoint: string | null;
}

/**
 * `trainer.resume_from_checkpoint` is `last`, a run's state, or a Lightning checkpoint. A job that SLURM has started again
 * goes on with its own run without being told.
 *
 * Throws ERR_DEEPLASIA_MODEL_MISSING, and ERR_DEEPLASIA_RESUME for a state without its run.
 */
export async function findResumption(config: TrainConfig): Promise<Resumption> {
  const { resume_from_checkpoint: from } = config.trainer;
  if (from === null || from === "last") {
    const known = from === "last" ? (await resumableRuns(config))[0] : await runOfJob(config);
    if (known !== undefined) return { folder: known, states: await statesOf(known), checkpoint: null };
    return { folder: null, states: [], checkpoint: null };
  }
  const kind = await pathKind(from);
  if (kind !== "file") {
    const what =
      kind === null
        ? `no such checkpoint: ${from}`
        : `${from} is a ${kind === "folder" ? "folder" : "device"}, not a checkpoint`;
    throw new DeeplasiaError("ERR_DEEPLASIA_MODEL_MISSING", what, {
      file: from,
      remedy:
        "trainer.resume_from_checkpoint takes a run's ckp/last.state, a Lightning checkpoint, or `last` for the newest " +
        "run of this name.",
    });
  }
  if (!from.endsWith(".state")) {
    // Of a job that was started again the run has gone on from there.
    const known = await runOfJob(config);
    return {
      folder: known ?? null,
      states: known === undefined ? [] : await statesOf(known),
      checkpoint: from,
    };
  }
  const folder = runOfState(from);
  if (folder !== null) return { folder, states: [from], checkpoint: null };
  throw new DeeplasiaError("ERR_DEEPLASIA_RESUME", `${from} does not lie in the folder ckp of a run`, {
    file: from,
    remedy:
      "A state is gone on with where the run left it: give <run>/ckp/last.state, the whole run with it.",
  });
}

/** The run that this SLURM job began before it was started again. */
async function runOfJob(config: TrainConfig): Promise<RunFolder | undefined> {
  const { SLURM_JOB_ID: job, SLURM_RESTART_COUNT: restarts = "0" } = process.env;
  if (job === undefined || restarts === "0") return undefined;
  for (const run of await resumableRuns(config)) {
    const processes = await processesIn(run.provenance);
    if (processes.some(({ slurmJob }) => slurmJob === job)) return run;
  }
  return undefined;
}
