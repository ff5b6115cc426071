import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import type { TrainConfig } from "../options/train/index.js";
import { processesIn } from "./recordProcess.js";
import { type RunFolder, resumableRuns, runOfState, statesOf } from "./runFolder.js";

/** What a run resumes or starts from. */
export interface Resumption {
  /** The run's folder; null for a new run. */
  folder: RunFolder | null;
  /** States to resume from: the first one that can be read. Empty for a new run. */
  states: string[];
  /** A checkpoint or a model whose weights and optimiser the run starts with, or started with. */
  checkpoint: string | null;
}

/**
 * Finds what `trainer.resume_from_checkpoint` names: `last`, a run's state, or a Lightning checkpoint. A job that SLURM has
 * started again resumes its own run without the setting.
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
  await requireCheckpoint(from);
  if (!from.endsWith(".state")) {
    // A job that was started again resumes the run that it started from the checkpoint.
    const known = await runOfJob(config);
    const states = known === undefined ? [] : await statesOf(known);
    return { folder: known ?? null, states, checkpoint: from };
  }
  const folder = runOfState(from);
  if (folder !== null) return { folder, states: [from], checkpoint: null };
  throw new DeeplasiaError("ERR_DEEPLASIA_RESUME", `${from} is not in the folder ckp of a run`, {
    file: from,
    remedy:
      "Pass the state from inside its run folder, <run>/ckp/last.state: the run needs the whole folder.",
  });
}

async function requireCheckpoint(file: string): Promise<void> {
  const kind = await pathKind(file);
  if (kind === "file") return;
  const what =
    kind === null
      ? `no such checkpoint: ${file}`
      : `${file} is a ${kind === "folder" ? "folder" : "device"}, not a checkpoint`;
  throw new DeeplasiaError("ERR_DEEPLASIA_MODEL_MISSING", what, {
    file,
    remedy:
      "Set trainer.resume_from_checkpoint to a run's ckp/last.state, to a Lightning checkpoint, or to `last` for the newest " +
      "run of this name.",
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
