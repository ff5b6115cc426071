/** Whether what SLURM sends to a job arrives in this program, by sending it. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { slurm } from "../client.js";
import type { SlurmTask } from "../environment.js";
import { type Check, limited } from "./check.js";

const WHAT = "signals";

const PATIENCE_MS = 3_000;
/** How long a signal that was sent may be on its way. */
const TRAVEL_MS = 1_500;

/** Sends SIGUSR1 to the whole step: every process of it must be ready for that. `stepId`: SLURM_STEP_ID. */
export function checkSignals(task: SlurmTask, stepId: string | undefined): Promise<Check> {
  return limited(WHAT, PATIENCE_MS, async () => {
    if (task.step === null || stepId === undefined) {
      const found = "this is the batch script itself, and --signal reaches job steps only";
      return {
        ok: false,
        found,
        remedy: "start the command with srun, as the script of `slurm submit` does",
      };
    }
    const arrived = once(process, "SIGUSR1", { signal: AbortSignal.timeout(TRAVEL_MS) }).then(
      () => true,
      () => false,
    );
    await signalStep(`${task.jobId}.${stepId}`);
    if (!(await arrived)) {
      const remedy =
        "start node by srun itself: a shell or a container between them must hand signals on (exec)";
      return {
        ok: false,
        found: `SIGUSR1 was sent to this step and did not arrive in ${TRAVEL_MS / 1000} s`,
        remedy,
      };
    }
    // Others of this step get it a little later.
    if (task.step.ranks > 1) await setTimeout(1000);
    return { ok: true, found: "SIGUSR1 to this step arrives" };
  });
}

/** Everything that runs in a step gets its signals, scancel among it, which would die of its own. */
async function signalStep(step: string): Promise<void> {
  const deaf = ["-c", "trap '' USR1; exec scancel --signal=USR1 \"$0\"", step];
  await promisify(execFile)("sh", deaf, { timeout: PATIENCE_MS });
}

/** Whether the job may be queued again. */
export function checkRequeue(jobId: string): Promise<Check> {
  return limited("requeue", PATIENCE_MS, async () => {
    const facts = await slurm("scontrol", ["show", "job", jobId, "--oneliner"]);
    const [, allowed] = /\bRequeue=(\d)/.exec(facts) ?? [];
    const [, restarts = "0"] = /\bRestarts=(\d+)/.exec(facts) ?? [];
    const [, limit = "unknown"] = /\bTimeLimit=(\S+)/.exec(facts) ?? [];
    if (allowed === "1")
      return { ok: true, found: `allowed; started again ${restarts} times; time limit ${limit}` };
    const found = "this job may not be queued again, so its time limit is its end";
    return { ok: false, found, remedy: "submit with --requeue" };
  });
}
