/** What SLURM knows of a submitted job. */
import { DeeplasiaError } from "../errors.js";
import { slurm } from "./client.js";
import { type End, endedTasks, endsOf } from "./ends.js";
import type { Submission } from "./runDirectory.js";

export interface TaskState {
  /** `12`, or `12_3` of an array. */
  name: string;
  /** SLURM's word, such as RUNNING; null: it has forgotten the job. */
  state: string | null;
  /** Why it waits or ended, as SLURM puts it. */
  reason: string | null;
  elapsed: string | null;
  nodes: string | null;
  /** Of the last time that the command ended. */
  lastEnd: End | null;
}

/** Every task of the job, those that SLURM has forgotten too, as far as they have ended. */
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
 * The job's tasks that SLURM still knows. Throws ERR_DEEPLASIA_USAGE where its number is another job's: another cluster,
 * or one that has begun to count anew.
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
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", `job ${jobId} is another one here, of ${script}`, {
    remedy: `This folder's job ran on the cluster "${cluster}": ask there, or it is long gone.`,
  });
}
