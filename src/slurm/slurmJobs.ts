/** Jobs of a SLURM cluster as library calls. */

import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { packageRoot } from "../libtorch/addon.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { jobOptions } from "../options/slurm.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { lastTask } from "./arrays.js";
import { slurm } from "./client.js";
import { type Job, jobScript } from "./jobScript.js";
import { queueOf, type TaskState, tasksOf } from "./jobTasks.js";
import { freeRunDirectory, outputsIn, readSubmission, type Submission } from "./runDirectory.js";
import { requirePassable } from "./sbatchFlags.js";
import { submitJob } from "./submitJob.js";
import type { SubmitSlurmJobOptions } from "./submitSlurmJobOptions.js";

/** Options of `submitSlurmJob`. */
export const submitSlurmJobOptions = jobOptions.extend({
  further: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: "further options of sbatch by their long names: `--exclusive`, `--gres=gpu:1`" }),
  workingDirectory: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "folder in which the job runs (default: the current one)" }),
});

const commandArgument = z
  .array(z.string())
  .min(1)
  .meta({ description: 'the command for the job with its options: ["predict", "hand.png", "--sex", "F"]' });

/** Without this, Node opens a debugger's port for a SIGUSR1 that comes before our first line has run. */
const DEAF = "--disable-sigusr1";

/** How this program is started on a node of the cluster. */
const ownProgram = () => [
  process.execPath,
  ...(process.allowedNodeEnvironmentFlags.has(DEAF) ? [DEAF] : []),
  realpathSync(join(packageRoot, "dist/bin.cjs")),
];

function jobOf(words: readonly string[], given: SubmitSlurmJobOptions): Omit<Job, "runDirectory"> {
  const command = requireArgument("command", commandArgument, words);
  const { further, workingDirectory = ".", ...options } = requireOptions(submitSlurmJobOptions, given);
  if (options.array !== undefined) lastTask(options.array);
  return {
    options,
    further: further.map(requirePassable),
    command,
    program: ownProgram(),
    workingDirectory: resolve(workingDirectory),
  };
}

/** A submitted job. */
export interface SubmittedJob {
  /** Its number. */
  jobId: string;
  /** Its folder, with the script and the output. */
  runDirectory: string;
}

/**
 * Submits a command of this program as a job: its script goes into a folder of its own, `runDirectory`. The command's own
 * options are not checked here; the job checks them when it starts.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _SLURM, _OUTPUT.
 */
export async function submitSlurmJob(
  command: readonly string[],
  options: SubmitSlurmJobOptions = {},
): Promise<SubmittedJob> {
  return submitJob(jobOf(command, options));
}

/** The script that `submitSlurmJob` would submit. Nothing is written. */
export async function slurmJobScript(
  command: readonly string[],
  options: SubmitSlurmJobOptions = {},
): Promise<string> {
  const job = jobOf(command, options);
  const { runDir, jobName = job.command[0]! } = job.options;
  const runDirectory = runDir === undefined ? await freeRunDirectory(jobName) : resolve(runDir);
  return jobScript({ ...job, runDirectory });
}

/** How far a submitted job is. */
export interface SlurmJobStatus extends Submission {
  /** The tasks that SLURM knows or that have ended; none if SLURM has forgotten the job. */
  tasks: TaskState[];
}

/** How far a submitted job is. `folder` is its `runDirectory`. Throws ERR_DEEPLASIA_USAGE, _SLURM. */
export async function slurmJobStatus(folder: PathArgument): Promise<SlurmJobStatus> {
  const path = requireArgument("folder", pathArgument, folder);
  const job = await readSubmission(path);
  return { ...job, tasks: await tasksOf(path, job) };
}

/** States that a task does not leave unless it is requeued. */
const ENDED = new Set([
  ...["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "TIMEOUT"],
]);

/** A job that was to be cancelled. */
export interface CancelledJob {
  /** Its number. */
  jobId: string;
  /** False if it had ended already. */
  wasRunning: boolean;
}

/**
 * Cancels a submitted job. `folder` is its `runDirectory`.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_USAGE, _SLURM.
 */
export async function cancelSlurmJob(folder: PathArgument): Promise<CancelledJob> {
  const job = await readSubmission(requireArgument("folder", pathArgument, folder));
  const { jobId } = job;
  const wasRunning = (await queueOf(job)).some(({ state }) => !ENDED.has(state ?? ""));
  if (wasRunning) await slurm("scancel", [jobId]);
  return { jobId, wasRunning };
}

/** The output of a submitted job. */
export interface JobOutputs {
  /** Its number. */
  jobId: string;
  /** Paths of the files, one for each task of an array. */
  files: string[];
}

/** Returns the files with what a submitted job has printed, one for each task of an array. Throws ERR_DEEPLASIA_USAGE. */
export async function slurmJobOutputs(folder: PathArgument): Promise<JobOutputs> {
  const path = requireArgument("folder", pathArgument, folder);
  const { jobId } = await readSubmission(path);
  return { jobId, files: await outputsIn(path) };
}
