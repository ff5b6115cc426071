/** `slurm status`, `cancel` and `logs` of a job's folder. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { aligned } from "../console/aligned.js";
import { DeeplasiaError } from "../errors.js";
import { readOptions } from "../options/flags.js";
import { logsOptions } from "../options/slurm.js";
import type { TaskState } from "../slurm/jobTasks.js";
import { cancelSlurmJob, slurmJobOutputs, slurmJobStatus } from "../slurm/slurmJobs.js";
import { EXIT } from "./exit.js";

export async function statusCommand(folder: string): Promise<void> {
  const { jobId, submitted, command, tasks } = await slurmJobStatus(folder);
  process.stdout.write(`job ${jobId}, submitted ${submitted}: ${command.join(" ")}\n`);
  if (tasks.length === 0)
    process.stdout.write(
      "SLURM no longer knows the job, and its end was not recorded: `slurm logs` may show why\n",
    );
  else process.stdout.write(`${aligned(tasks.map(cells), 6).join("\n")}\n`);
}

function cells({ name, state, reason, elapsed, nodes, lastEnd }: TaskState): string[] {
  const last =
    lastEnd === null ? "" : `last ended with ${lastEnd.exitStatus} at ${lastEnd.time}: ${lastEnd.why}`;
  return [name, state ?? "gone from the queue", reason ?? "", elapsed ?? "", nodes ?? "", last];
}

export async function cancelCommand(folder: string): Promise<void> {
  const { jobId, wasRunning } = await cancelSlurmJob(folder);
  process.stderr.write(`job ${jobId} ${wasRunning ? "is cancelled" : "has ended already"}\n`);
}

export async function logsCommand(folder: string, parsed: Record<string, unknown>): Promise<void> {
  const { lines, follow } = readOptions(logsOptions, parsed);
  const { jobId, files } = await slurmJobOutputs(folder);
  if (files.length === 0) {
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", `job ${jobId} has printed nothing yet`, {
      remedy: `\`deeplasia-native slurm status ${folder}\` shows whether it has started.`,
    });
  }
  const tail = spawn("tail", [`--lines=${lines}`, ...(follow ? ["-F"] : []), "--", ...files], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = await once(tail, "close");
  process.exitCode = code === 0 ? EXIT.done : EXIT.failure;
}
