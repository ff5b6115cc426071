/** Facts about this process for provenance records. */
import { hostname } from "node:os";
import { packageVersion } from "./about.js";

/** Returns when, where and with which versions this process runs. */
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
