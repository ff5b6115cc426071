/** Files belong to one process at a time: two runs that write the same ones would spoil both. */
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { DeeplasiaError, isSystemError } from "./errors.js";
import { outputError } from "./files.js";
import { isJobOver } from "./slurm/queue.js";

const LOCK_NAME = "lock.json";

/** Of taking over a lock, while others do. */
const MOST_ATTEMPTS = 100;

/** Who holds a lock. */
interface Holder {
  pid: number;
  host: string;
  /** Start of the process in ticks since boot: a number may be given to another process later. */
  start: string;
  /** SLURM's number of the job, and how often it was started again. */
  job: string | null;
  restarts: string | null;
  since: string;
}

export interface Lock extends AsyncDisposable {
  release(): Promise<void>;
}

/**
 * Lock a folder. The lock of a process that is gone is taken over.
 *
 * Throws ERR_DEEPLASIA_OUTPUT that names the holder.
 */
export function lockFolder(folder: string): Promise<Lock> {
  return lockFile(join(folder, LOCK_NAME), folder);
}

/**
 * The same with a file of one's own for the lock; `what` it is for is said where it is in use.
 *
 * The file is created exclusively, which is one step on NFS too.
 */
export async function lockFile(path: string, what: string): Promise<Lock> {
  const lock = await tryLockFile(path);
  if ("release" in lock) return lock;
  throw inUse(what, path, lock.holder);
}

/** The same, or who holds it (null: it does not say). */
export async function tryLockFile(path: string): Promise<Lock | { holder: Holder | null }> {
  const own = `${JSON.stringify(await ownIdentity())}\n`;
  for (let attempt = 1; ; attempt++) {
    try {
      await writeWhole(path, own);
      const release = () => rm(path, { force: true });
      return { release, [Symbol.asyncDispose]: release };
    } catch (error) {
      if (!isSystemError(error, "EEXIST")) throw outputError(error, path);
    }
    const found = await readLock(path);
    if (found === null) continue;
    const holder = parseHolder(found);
    if (holder === null || attempt > MOST_ATTEMPTS || !(await isGone(holder))) return { holder };
    await removeStale(path, found);
  }
}

/** Make a file that must not be there yet; where the disk is full, none is left, which nobody could take over. */
async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(text);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function ownIdentity(): Promise<Holder> {
  const { SLURM_JOB_ID: job = null, SLURM_RESTART_COUNT: restarts = null } = process.env;
  const { pid } = process;
  return {
    pid,
    host: hostname(),
    start: (await startOfProcess(pid)) ?? "",
    job,
    restarts,
    since: new Date().toISOString(),
  };
}

/** When a process of this machine was started; null if there is none of that number. */
export async function startOfProcess(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field, the program's name in brackets, may hold spaces and brackets itself; start is field 22.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[22 - 3] ?? null;
  } catch {
    return null;
  }
}

async function readLock(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw outputError(error, path);
  }
}

/** Null for what is no lock of ours, or one that is being written this moment. */
function parseHolder(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Holder;
    return typeof holder.pid === "number" && typeof holder.host === "string" ? holder : null;
  } catch {
    return null;
  }
}

async function isGone({ pid, host, start, job, restarts }: Holder): Promise<boolean> {
  const { SLURM_JOB_ID, SLURM_RESTART_COUNT = null } = process.env;
  // A job that was started again, on whatever node, has ended before.
  if (job !== null && job === SLURM_JOB_ID && restarts !== SLURM_RESTART_COUNT) return true;
  if (host === hostname()) return (await startOfProcess(pid)) !== start;
  // Of another node: its processes cannot be seen, but a job that has ended has none left.
  return job !== null && job !== SLURM_JOB_ID && (await isJobOver(job));
}

/** Others may want to take it over as well: one at a time, and only what still is the lock that was found to be stale. */
async function removeStale(path: string, stale: string): Promise<void> {
  const turn = `${path}.takeover`;
  try {
    await writeFile(turn, "", { flag: "wx" });
  } catch (error) {
    if (!isSystemError(error, "EEXIST")) throw outputError(error, path);
    await setTimeout(20);
    return;
  }
  if ((await readLock(path)) === stale) await rm(path, { force: true });
  await rm(turn);
}

function inUse(what: string, path: string, holder: Holder | null): DeeplasiaError {
  const who =
    holder === null ? "another process" : `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  return new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `${what} is in use by ${who}`, {
    file: path,
    remedy: `Wait until it has ended or end it; if it is gone for certain, delete ${path}.`,
  });
}
