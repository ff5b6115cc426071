/** `slurm status`, `cancel` and `logs` of a job's folder. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { aligned } from "../console/aligned.js";
import { DeeplasiaError } from "../errors.js";
import { readOptions } from "../options/flags.js";
import { logsOptions } from "../options/slurm.js";
import { slurm } from "../slurm/client.js";
import { queueOf, type TaskState, tasksOf } from "../slurm/jobTasks.js";
import { outputsIn, readSubmission } from "../slurm/runDirectory.js";
import { EXIT } from "./exit.js";

export async function statusCommand(folder: string): Promise<void> {
  const job = await readSubmission(folder);
  const tasks = await tasksOf(folder, job);
  process.stdout.write(`job ${job.jobId}, submitted ${job.submitted}: ${job.command.join(" ")}\n`);
  if (tasks.length === 0)
    process.stdout.write("SLURM has forgotten it, and it never told its end: `slurm logs` may know why\n");
  else process.stdout.write(`${aligned(tasks.map(cells), 6).join("\n")}\n`);
}

function cells({ name, state, reason, elapsed, nodes, lastEnd }: TaskState): string[] {
  const last =
    lastEnd === null ? "" : `last ended with ${lastEnd.exitStatus} at ${lastEnd.time}: ${lastEnd.why}`;
  return [name, state ?? "gone from the queue", reason ?? "", elapsed ?? "", nodes ?? "", last];
}

export async function cancelCommand(folder: string): Promise<void> {
  const job = await readSubmission(folder);
  const left = (await queueOf(job)).filter(({ state }) => !ENDED.has(state ?? ""));
  if (left.length === 0) {
    process.stderr.write(`job ${job.jobId} has ended already\n`);
    return;
  }
  await slurm("scancel", [job.jobId]);
  process.stderr.write(`job ${job.jobId} is cancelled\n`);
}

/** States that no task leaves, unless it is queued again. */
const ENDED = new Set([
  ...["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "TIMEOUT"],
]);

export async function logsCommand(folder: string, parsed: Record<string, unknown>): Promise<void> {
  const { lines, follow } = readOptions(logsOptions, parsed);
  const { jobId } = await readSubmission(folder);
  const files = await outputsIn(folder);
  if (files.length === 0) {
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", `job ${jobId} has printed nothing yet`, {
      remedy: `\`deeplasia-native slurm status ${folder}\` tells whether it has begun.`,
    });
  }
  const tail = spawn("tail", [`--lines=${lines}`, ...(follow ? ["-F"] : []), "--", ...files], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = await once(tail, "close");
  process.exitCode = code === 0 ? EXIT.done : EXIT.failure;
}
