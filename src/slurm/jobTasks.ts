/** The tasks of a submitted job and their states. */
import { DeeplasiaError } from "../errors.js";
import { slurm } from "./client.js";
import { type End, endedTasks, endsOf } from "./ends.js";
import type { Submission } from "./runDirectory.js";

/** The state of one task of a job. */
export interface TaskState {
  /** `12`, or `12_3` in an array. */
  name: string;
  /** SLURM's state, such as RUNNING; null if SLURM has forgotten the job. */
  state: string | null;
  /** SLURM's reason why it waits or ended. */
  reason: string | null;
  elapsed: string | null;
  nodes: string | null;
  /** How the command last ended. */
  lastEnd: End | null;
}

/** Lists all tasks of the job: those that SLURM knows, and those with a recorded end. */
export async function tasksOf(folder: string, job: Submission): Promise<TaskState[]> {
  const known = await queueOf(job);
  const names = new Set([...known.map(({ name }) => name), ...(await endedTasks(folder))]);
  const tasks: TaskState[] = [];
  for (const name of names) {
    const lastEnd = (await endsOf(folder, name)).at(-1) ?? null;
    const found = known.find((task) => task.name === name);
    tasks.push({ ...(found ?? { name, state: null, reason: null, elapsed: null, nodes: null }), lastEnd });
  }
  return tasks.sort((a, b) => new Intl.Collator("en", { numeric: true }).compare(a.name, b.name));
}

type Queued = Omit<TaskState, "lastEnd">;

/**
 * Lists the tasks of the job that SLURM still knows. Throws ERR_DEEPLASIA_USAGE if the number belongs to another job: on
 * another cluster, or after the cluster restarted its numbering.
 */
export async function queueOf({ jobId, script, cluster }: Submission): Promise<Queued[]> {
  const args = ["--noheader", "--array", "--states=all", `--jobs=${jobId}`, "--format=%i|%T|%r|%M|%N|%o"];
  const text = await slurm("squeue", args).catch((error: unknown) => {
    if (error instanceof DeeplasiaError && error.message.includes("Invalid job id")) return "";
    throw error;
  });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", state = "", reason = "", elapsed = "", nodes = "", ...command] = line.split("|");
      if (command.join("|") !== script) throw anothers(jobId, cluster, command.join("|"));
      return { name, state, reason: reason === "None" ? null : reason, elapsed, nodes: nodes || null };
    });
}

function anothers(jobId: string, cluster: string, script: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", `job ${jobId} is another job on this cluster: ${script}`, {
    remedy: `This folder's job ran on the cluster "${cluster}". Run this there; the job may also have left the queue long ago.`,
  });
}
