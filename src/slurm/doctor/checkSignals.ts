/** Whether signals that SLURM sends to a job arrive in this program, by sending one. */
import { once } from "node:events";
import { constants } from "node:os";
import { setTimeout } from "node:timers/promises";
import { factIn, slurm } from "../client.js";
import type { SlurmTask } from "../slurmTask.js";
import { type Check, limited } from "./check.js";

const WHAT = "signals";

const TIMEOUT_MS = 3_000;
/** How long a signal may take to arrive. */
const TRAVEL_MS = 1_500;

/** A signal that processes ignore by default. SIGUSR1 itself would be taken for SLURM's notice of the time limit. */
const TEST_SIGNAL = "SIGURG";

/** Sends a signal to the whole step, as SLURM does, and waits for it. `stepId` is SLURM_STEP_ID. */
export function checkSignals(task: SlurmTask, stepId: string | undefined): Promise<Check> {
  return limited(WHAT, TIMEOUT_MS, async () => {
    if (task.step === null || stepId === undefined) {
      const found = "this is the batch script itself, but the notice of `signal` reaches job steps only";
      return {
        ok: false,
        found,
        remedy: "start the command with srun, as the script of `slurm submit` does",
      };
    }
    const arrived = once(process, TEST_SIGNAL, { signal: AbortSignal.timeout(TRAVEL_MS) }).then(
      () => true,
      () => false,
    );
    await signalStep(`${task.jobId}.${stepId}`);
    if (!(await arrived)) {
      const remedy =
        "start node directly with srun: a shell or container between them must pass signals on (exec)";
      return {
        ok: false,
        found: `${TEST_SIGNAL} was sent to this step and did not arrive in ${TRAVEL_MS / 1000} s`,
        remedy,
      };
    }
    // Other processes of this step may get it a little later.
    if (task.step.ranks > 1) await setTimeout(1000);
    return { ok: true, found: `${TEST_SIGNAL} to this step arrived, so SIGUSR1 will arrive as well` };
  });
}

/** Sends the signal by its number, because scancel does not know every name. */
async function signalStep(step: string): Promise<void> {
  await slurm("scancel", [`--signal=${constants.signals[TEST_SIGNAL]}`, step], TIMEOUT_MS);
}

/** Checks that the job may be requeued. */
export function checkRequeue(jobId: string): Promise<Check> {
  return limited("requeue", TIMEOUT_MS, async () => {
    const facts = await slurm("scontrol", ["show", "job", jobId, "--oneliner"]);
    const [restarts = "0", limit = "unknown"] = [factIn(facts, "Restarts"), factIn(facts, "TimeLimit")];
    if (factIn(facts, "Requeue") === "1")
      return { ok: true, found: `allowed; restarted ${restarts} times; time limit ${limit}` };
    const found = "this job may not be requeued, so it ends for good at its time limit";
    return { ok: false, found, remedy: "submit it with `sbatch --requeue`" };
  });
}
