/** What SLURM's queue says of a job. */
import { toDeeplasiaError } from "../errors.js";
import { slurm } from "./client.js";

/** States in which processes of a job may still run. */
const ALIVE = ["RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "CONFIGURING"];

/** Milliseconds that `squeue` is given. */
const PATIENCE = 20_000;

/** Whether SLURM is certain that no process of the job runs any more; false where it cannot be asked. */
export async function isJobOver(jobId: string): Promise<boolean> {
  const query = ["--noheader", "--states=all", "--format=%A %T", `--jobs=${jobId}`];
  try {
    // Asked for the first task of an array, it tells of all of them.
    const lines = (await slurm("squeue", query, PATIENCE)).split("\n");
    const states = lines.filter((line) => line.startsWith(`${jobId} `));
    return !states.some((line) => ALIVE.includes(line.split(" ")[1] ?? ""));
  } catch (error) {
    // A job that has left the queue long ago is not known any more.
    return /Invalid job id/i.test(toDeeplasiaError(error).message);
  }
}
