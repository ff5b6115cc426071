/** What provenances say of the process that does the work. */
import { hostname } from "node:os";
import { packageVersion } from "./about.js";

export function processFacts() {
  return {
    started: new Date().toISOString(),
    folder: process.cwd(),
    host: hostname(),
    slurmJob: process.env.SLURM_JOB_ID ?? null,
    version: packageVersion(),
    node: process.version,
  };
}
