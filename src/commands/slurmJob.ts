/** The commands that a job's script calls: `slurm doctor` and `slurm requeue`. */

import type { Command } from "commander";
import { Group } from "../distributed/group.js";
import { planRanks, type RankPlan } from "../distributed/planRanks.js";
import { DeeplasiaError } from "../errors.js";
import { readOptions } from "../options/flags.js";
import { requeueOptions } from "../options/slurm.js";
import { readTrainConfig } from "../run/config/readTrainConfig.js";
import { type Check, formatChecks } from "../slurm/doctor/check.js";
import { checkCluster } from "../slurm/doctor/checkCluster.js";
import type { WantedScratch } from "../slurm/doctor/checkNode.js";
import { diagnoseJob } from "../slurm/doctor/diagnoseJob.js";
import { concludeJob } from "../slurm/requeue.js";
import { slurmTask } from "../slurm/slurmTask.js";
import { LEFT_FREE } from "../staging/scratch.js";
import { EXIT } from "./exit.js";
import { inFlags } from "./inFlags.js";
import { type InnerCommand, parseInner, wantedTasks } from "./innerCommand.js";
import { earlyExitCode } from "./signals.js";

/** @param program A new program, which parses the command of the job. */
export async function doctorCommand(words: string[], program: Command): Promise<void> {
  const task = slurmTask();
  const inner = words.length === 0 ? null : await parseInner(program, words);
  const wanted =
    inner === null ? { command: "a command", tasks: null, nodes: null } : await wantedTasks(inner);
  const { env } = process;
  const meet = inner?.name === "train" ? await meetingOf(inner) : null;
  const checks =
    task === null
      ? await checkCluster()
      : await diagnoseJob(task, { wanted, scratch: scratchOf(inner), meet, env });
  const isFirst = task?.step == null || task.step.rank === 0;
  // Among many processes, the first one reports all checks, and the others only their failures.
  const shown = isFirst ? checks : checks.filter(({ ok }) => ok !== true);
  process.stdout.write(inFlags(formatChecks(shown)));
  // After an early signal the job must not begin its work: its script requeues it.
  process.exitCode = checks.some(isFatal) ? EXIT.usage : (earlyExitCode() ?? EXIT.done);
}

/** An unknown result does not stop the job. */
const isFatal = ({ ok }: Check) => ok === false;

function scratchOf(inner: InnerCommand | null): WantedScratch | null {
  const { scratch } = inner?.parsed ?? {};
  if (typeof scratch !== "string" || scratch === "none" || scratch === "auto") return null;
  return { folder: scratch, leftFree: LEFT_FREE };
}

/** Seconds for the processes of a training to connect and to disconnect. The doctor has started them together. */
const MEETING_SECONDS = 8;

/** Returns a function that connects to the other processes as `train` does; null for a single process or a wrong number. */
async function meetingOf(inner: InnerCommand): Promise<(() => Promise<void>) | null> {
  const { config } = await readTrainConfig(inner.parsed);
  let plan: RankPlan;
  try {
    plan = planRanks(config);
  } catch {
    return null;
  }
  if (plan.kind !== "member") return null;
  const { place } = plan;
  return async () => {
    const group = await Group.join(place, { timeout: MEETING_SECONDS, arrival: MEETING_SECONDS });
    await group.close();
  };
}

export async function requeueCommand(folder: string, parsed: Record<string, unknown>): Promise<void> {
  const options = readOptions(requeueOptions, parsed);
  const task = slurmTask();
  if (task === null) {
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", "this is not a SLURM job: SLURM_JOB_ID is not set", {
      remedy: "Use `slurm requeue` as the last line of a job's script.",
    });
  }
  // A requeued job gets a SIGTERM, which must not suppress the last line.
  process.on("SIGTERM", () => {});
  const { requeued, why } = await concludeJob({ folder, task, ...options });
  process.stdout.write(`slurm: job ${task.jobId} is ${requeued ? "" : "not "}requeued: ${inFlags(why)}\n`);
  process.exitCode = options.exitStatus;
}
