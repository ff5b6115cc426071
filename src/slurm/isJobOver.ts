/** Whether a job has ended, from SLURM's queue. */
import { toDeeplasiaError } from "../errors.js";
import { slurm } from "./client.js";

/** States in which processes of a job may still run. */
const ALIVE = ["RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "CONFIGURING"];

/** Time limit of `squeue`. */
const TIMEOUT_MS = 20_000;

/** Returns whether SLURM reports that no process of the job runs any more; false if SLURM does not answer. */
export async function isJobOver(jobId: string): Promise<boolean> {
  const query = ["--noheader", "--states=all", "--format=%A %T", `--jobs=${jobId}`];
  try {
    // For the first task of an array squeue lists all tasks.
    const lines = (await slurm("squeue", query, TIMEOUT_MS)).split("\n");
    const states = lines.filter((line) => line.startsWith(`${jobId} `));
    return !states.some((line) => ALIVE.includes(line.split(" ")[1] ?? ""));
  } catch (error) {
    // squeue no longer knows a job that left the queue long ago.
    return /Invalid job id/i.test(toDeeplasiaError(error).message);
  }
}
