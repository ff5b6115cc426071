/** What SLURM's queue says of a job. */
import { execFile } from "node:child_process";

/** States in which processes of a job may still run. */
const ALIVE = ["RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "CONFIGURING"];

/** Milliseconds that `squeue` is given. */
const PATIENCE = 20_000;

/** Whether SLURM is certain that no process of the job runs any more; false where it cannot be asked. */
export function isJobOver(jobId: string): Promise<boolean> {
  return new Promise((resolve) => {
    const query = ["--noheader", "--states=all", "--format=%A %T", `--jobs=${jobId}`];
    execFile("squeue", query, { timeout: PATIENCE }, (error, stdout, stderr) => {
      // A job that has left the queue long ago is not known any more.
      if (error !== null) return resolve(/Invalid job id/i.test(stderr));
      // Asked for the first task of an array, it tells of all of them.
      const states = stdout.split("\n").filter((line) => line.startsWith(`${jobId} `));
      resolve(!states.some((line) => ALIVE.includes(line.split(" ")[1] ?? "")));
    });
  });
}
