/** `slurm doctor` in a job: finds what would stop the command, before the command reads anything. */
import { hostname } from "node:os";
import type { SlurmTask } from "../slurmTask.js";
import type { Check } from "./check.js";
import { checkMeeting } from "./checkMeeting.js";
import { callFirst, gather, portOf } from "./checkNetwork.js";
import { checkGpus, checkScratch, type WantedScratch } from "./checkNode.js";
import { checkRequeue, checkSignals } from "./checkSignals.js";
import { checkTasks, type WantedTasks } from "./checkTasks.js";

/** The options of `diagnoseJob`. */
export interface JobDoctorOptions {
  wanted: WantedTasks;
  /** Where the command will copy pictures; null if it copies none. */
  scratch: WantedScratch | null;
  /** Connects this process with the others as the command does, and disconnects again; null if the command does not. */
  meet: (() => Promise<void>) | null;
  env: NodeJS.ProcessEnv;
}

/**
 * Runs the checks of one process of a job; all processes call it. The first process on a node checks the node, and the
 * first process of the job checks the job. Takes less than 10 seconds if all is well.
 */
export async function diagnoseJob(task: SlurmTask, options: JobDoctorOptions): Promise<Check[]> {
  const { wanted, scratch, meet, env } = options;
  const { step, jobId, nodes } = task;
  const checks: (Check | null)[] = [];
  if (step === null || step.localRank === 0)
    checks.push(...(await checkNode(task.node ?? hostname(), scratch, env)));
  const stepId = env.SLURM_STEP_ID;
  if (step === null) {
    checks.push(await checkSignals(task, stepId));
  } else if (step.rank === 0) {
    const { check, release } = await gather(step, portOf(jobId));
    checks.push(checkTasks(step, nodes, wanted), check);
    // The test signal kills no process, but it is sent only when all have started, in case one ignores nothing yet.
    if (check.ok === true) checks.push(await checkSignals(task, stepId));
    release();
    checks.push(await checkRequeue(jobId));
  } else {
    checks.push(await callFirst(step, task.nodeList ?? "", portOf(jobId), task.node ?? hostname()));
  }
  if (step !== null && step.ranks > 1 && meet !== null) checks.push(await checkMeeting(step, meet));
  return checks.filter((check) => check !== null);
}

async function checkNode(
  node: string,
  scratch: WantedScratch | null,
  env: NodeJS.ProcessEnv,
): Promise<(Check | null)[]> {
  return [await checkGpus(node, env), scratch === null ? null : await checkScratch(scratch, node)];
}
