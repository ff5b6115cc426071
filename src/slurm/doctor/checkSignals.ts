/** Whether what SLURM sends to a job arrives in this program, by sending it. */
import { once } from "node:events";
import { constants } from "node:os";
import { setTimeout } from "node:timers/promises";
import { factIn, slurm } from "../client.js";
import type { SlurmTask } from "../slurmTask.js";
import { type Check, limited } from "./check.js";

const WHAT = "signals";

const PATIENCE_MS = 3_000;
/** How long a signal that was sent may be on its way. */
const TRAVEL_MS = 1_500;

/** A signal that nobody minds who does not wait for it: SIGUSR1 itself would be taken for SLURM's own. */
const TEST_SIGNAL = "SIGURG";

/** Sends a signal to the whole step, as SLURM will. `stepId`: SLURM_STEP_ID. */
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
    const arrived = once(process, TEST_SIGNAL, { signal: AbortSignal.timeout(TRAVEL_MS) }).then(
      () => true,
      () => false,
    );
    await signalStep(`${task.jobId}.${stepId}`);
    if (!(await arrived)) {
      const remedy =
        "start node by srun itself: a shell or a container between them must hand signals on (exec)";
      return {
        ok: false,
        found: `${TEST_SIGNAL} was sent to this step and did not arrive in ${TRAVEL_MS / 1000} s`,
        remedy,
      };
    }
    // Others of this step get it a little later.
    if (task.step.ranks > 1) await setTimeout(1000);
    return { ok: true, found: `${TEST_SIGNAL} to this step arrives, and so will SIGUSR1` };
  });
}

/** By its number: scancel does not know every name. */
async function signalStep(step: string): Promise<void> {
  await slurm("scancel", [`--signal=${constants.signals[TEST_SIGNAL]}`, step], PATIENCE_MS);
}

/** Whether the job may be queued again. */
export function checkRequeue(jobId: string): Promise<Check> {
  return limited("requeue", PATIENCE_MS, async () => {
    const facts = await slurm("scontrol", ["show", "job", jobId, "--oneliner"]);
    const [restarts = "0", limit = "unknown"] = [factIn(facts, "Restarts"), factIn(facts, "TimeLimit")];
    if (factIn(facts, "Requeue") === "1")
      return { ok: true, found: `allowed; started again ${restarts} times; time limit ${limit}` };
    const found = "this job may not be queued again, so its time limit is its end";
    return { ok: false, found, remedy: "submit with --requeue" };
  });
}
