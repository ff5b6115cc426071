/** `slurm doctor` within a job: what would stop the command, before it reads anything. */
import { hostname } from "node:os";
import type { SlurmTask } from "../slurmTask.js";
import type { Check } from "./check.js";
import { checkMeeting } from "./checkMeeting.js";
import { callFirst, gather, portOf } from "./checkNetwork.js";
import { checkGpus, checkScratch, type WantedScratch } from "./checkNode.js";
import { checkRequeue, checkSignals } from "./checkSignals.js";
import { checkTasks, type WantedTasks } from "./checkTasks.js";

export interface JobDoctorOptions {
  wanted: WantedTasks;
  /** Where the command will copy pictures to; null: nowhere. */
  scratch: WantedScratch | null;
  /** Connects this process with the others as the command will, and parts again; null: the command does not. */
  meet: (() => Promise<void>) | null;
  env: NodeJS.ProcessEnv;
}

/**
 * The checks of one process of a job, run by all of them. Those of a node are its first process's, those of the job the
 * very first one's. Takes less than 10 seconds where all is well.
 */
export async function diagnoseJob(task: SlurmTask, options: JobDoctorOptions): Promise<Check[]> {
  const { wanted, scratch, meet, env } = options;
  const { step, jobId, nodes } = task;
  const checks: (Check | null)[] = [];
  if (step === null || step.localRank === 0)
    checks.push(...(await ofNode(task.node ?? hostname(), scratch, env)));
  const stepId = env.SLURM_STEP_ID;
  if (step === null) {
    checks.push(await checkSignals(task, stepId));
  } else if (step.rank === 0) {
    const { check, release } = await gather(step, portOf(jobId));
    checks.push(checkTasks(step, nodes, wanted), check);
    // Nobody dies of it; still it is sent when all are here, so that none is in the middle of starting.
    if (check.ok === true) checks.push(await checkSignals(task, stepId));
    release();
    checks.push(await checkRequeue(jobId));
  } else {
    checks.push(await callFirst(step, task.nodeList ?? "", portOf(jobId), task.node ?? hostname()));
  }
  if (step !== null && step.ranks > 1 && meet !== null) checks.push(await checkMeeting(step, meet));
  return checks.filter((check) => check !== null);
}

async function ofNode(
  node: string,
  scratch: WantedScratch | null,
  env: NodeJS.ProcessEnv,
): Promise<(Check | null)[]> {
  return [await checkGpus(node, env), scratch === null ? null : await checkScratch(scratch, node)];
}
