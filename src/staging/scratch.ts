/** Node-local scratch folders, to which pictures are copied before they are read. */
import { stat, statfs } from "node:fs/promises";
import { slurmTask } from "../slurm/slurmTask.js";

/** A scratch folder. */
export interface Scratch {
  folder: string;
  /**
   * Whether an option named the folder. A problem with it is then an error, because a run that was planned with it would
   * be slow without anyone noticing. With SLURM's $TMPDIR the run continues without copies and warns once.
   */
  asked: boolean;
}

/** Returns the scratch folder for an option: a folder, `none`, or `auto` for $TMPDIR in a SLURM job. Null means none. */
export function scratchOf(option: string | undefined, env: NodeJS.ProcessEnv = process.env): Scratch | null {
  if (option === undefined || option === "none") return null;
  if (option !== "auto") return { folder: option, asked: true };
  const { TMPDIR: folder = "" } = env;
  return folder === "" || slurmTask(env) === null ? null : { folder, asked: false };
}

/** https://man7.org/linux/man-pages/man2/statfs.2.html */
const TMPFS_MAGIC = 0x01021994;

/** Resolves to the reason why copying `file` to this folder gains nothing; null if it may gain something. */
export async function whyNotWorth(folder: string, file: string): Promise<string | null> {
  const [there, here] = [await stat(folder), await stat(file).catch(() => null)];
  if (there.dev === here?.dev) return "is on the same file system as the pictures";
  if ((await statfs(folder)).type === TMPFS_MAGIC)
    return "is in memory, which counts towards the memory of the job";
  return null;
}

/** Bytes that are left free for others on the scratch folder. */
export const LEFT_FREE = 64 * 2 ** 20;
