/** Where pictures may be copied to before they are read: node-local scratch. */
import { stat, statfs } from "node:fs/promises";
import { slurmTask } from "../slurm/slurmTask.js";

export interface Scratch {
  folder: string;
  /**
   * Whether somebody asked for it by name. What is wrong with it is an error then: it would slow down a run unnoticed that
   * was planned with it. Where it is only SLURM's own offer, the run goes on without, and says so once.
   */
  asked: boolean;
}

/** A folder, `none`, or `auto`: $TMPDIR in a SLURM job; null is none. */
export function scratchOf(option: string | undefined, env: NodeJS.ProcessEnv = process.env): Scratch | null {
  if (option === undefined || option === "none") return null;
  if (option !== "auto") return { folder: option, asked: true };
  const { TMPDIR: folder = "" } = env;
  return folder === "" || slurmTask(env) === null ? null : { folder, asked: false };
}

/** https://man7.org/linux/man-pages/man2/statfs.2.html */
const TMPFS_MAGIC = 0x01021994;

/** Why nothing is gained by copying files from beside `file` to this folder; null if something may be. */
export async function whyNotWorth(folder: string, file: string): Promise<string | null> {
  const [there, here] = [await stat(folder), await stat(file).catch(() => null)];
  if (there.dev === here?.dev) return "is on the pictures' own file system";
  if ((await statfs(folder)).type === TMPFS_MAGIC)
    return "is kept in memory, which the job would have to pay for";
  return null;
}

/** Room that is left to others on the scratch, bytes. */
export const LEFT_FREE = 64 * 2 ** 20;
