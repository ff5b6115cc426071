/** How a job ended each time it ran. SLURM forgets this within minutes on clusters without accounting. */
import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { isSystemError } from "../errors.js";
import { outputError } from "../files/outputError.js";

const end = z.object({
  time: z.string(),
  /** How often SLURM had restarted the job by then. */
  restarts: z.number(),
  exitStatus: z.number(),
  /** Whether it ended because of its time limit. */
  timeOut: z.boolean(),
  requeued: z.boolean(),
  why: z.string(),
});
export type End = z.infer<typeof end>;

const SUFFIX = ".ends.jsonl";

/**
 * Records an end. `task` is a job's number, or `<array>_<task id>`. Each task has a file of its own, because tasks may end
 * at the same time. Throws ERR_DEEPLASIA_OUTPUT.
 */
export async function recordEnd(folder: string, task: string, facts: End): Promise<void> {
  const file = join(folder, `${task}${SUFFIX}`);
  try {
    await appendFile(file, `${JSON.stringify(facts)}\n`);
  } catch (error) {
    throw outputError(error, file);
  }
}

/** Reads the ends of a task, oldest first. Skips lines that were cut short. */
export async function endsOf(folder: string, task: string): Promise<End[]> {
  try {
    const lines = (await readFile(join(folder, `${task}${SUFFIX}`), "utf8")).split("\n");
    return lines.flatMap((line) => parsed(line) ?? []);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return [];
    throw error;
  }
}

/** Lists the tasks with a recorded end. */
export async function endedTasks(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
  return names.map((name) => name.slice(0, -SUFFIX.length));
}

function parsed(line: string): End | null {
  try {
    return end.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
