/** How a job ended each time it ran: what SLURM itself forgets within minutes where it keeps no accounts. */
import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { isSystemError } from "../errors.js";
import { outputError } from "../files.js";

const end = z.object({
  time: z.string(),
  /** How often SLURM had started the job again by then. */
  restarts: z.number(),
  exitStatus: z.number(),
  /** Because its time limit was near. */
  timeOut: z.boolean(),
  requeued: z.boolean(),
  why: z.string(),
});
export type End = z.infer<typeof end>;

const SUFFIX = ".ends.jsonl";

/** `task` is a job's number, or `<array>_<task id>`: one file each, as tasks end at the same time. */
export async function recordEnd(folder: string, task: string, facts: End): Promise<void> {
  const file = join(folder, `${task}${SUFFIX}`);
  try {
    await appendFile(file, `${JSON.stringify(facts)}\n`);
  } catch (error) {
    throw outputError(error, file);
  }
}

/** In order; a line that was cut short is left out. */
export async function endsOf(folder: string, task: string): Promise<End[]> {
  try {
    const lines = (await readFile(join(folder, `${task}${SUFFIX}`), "utf8")).split("\n");
    return lines.flatMap((line) => parsed(line) ?? []);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return [];
    throw error;
  }
}

/** The tasks of which an end is known. */
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
