/** Who holds a lock, and whether that process is gone for certain: seen from here, which need not be where it runs. */
import { randomUUID } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { isSystemError } from "./errors.js";
import { outputError } from "./files.js";
import { isJobOver } from "./slurm/isJobOver.js";

export interface Holder {
  /** Of this lock alone, so that nobody takes another one for his. */
  id?: string;
  pid: number;
  host: string;
  /** Of the kernel: machines may have the same name. */
  boot?: string | null;
  /** Where `pid` counts: containers on one machine have processes of the same numbers, and do not see each other's. */
  pidNamespace?: string | null;
  /** Start of the process in ticks since boot: a number may be given to another process later. */
  start: string;
  /** SLURM's number of the job, how often it was started again, and whose number it is. */
  job: string | null;
  restarts: string | null;
  cluster?: string | null;
  since: string;
}

export async function ownIdentity(): Promise<Holder> {
  const { SLURM_JOB_ID: job = null, SLURM_RESTART_COUNT: restarts = null } = process.env;
  const { pid } = process;
  return {
    id: randomUUID(),
    pid,
    host: hostname(),
    ...(await ownPlace()),
    start: (await startOfProcess(pid)) ?? "",
    job,
    restarts,
    cluster: process.env.SLURM_CLUSTER_NAME ?? null,
    since: new Date().toISOString(),
  };
}

async function ownPlace(): Promise<{ boot: string | null; pidNamespace: string | null }> {
  const quietly = (text: Promise<string>) => text.then((found) => found.trim()).catch(() => null);
  return {
    boot: await quietly(readFile("/proc/sys/kernel/random/boot_id", "utf8")),
    pidNamespace: await quietly(readlink("/proc/self/ns/pid")),
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

/** The text of a lock; null if there is none. Throws ERR_DEEPLASIA_OUTPUT. */
export async function readLock(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw outputError(error, path);
  }
}

/** Null for what is no lock of ours. */
export function parseHolder(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Holder;
    return typeof holder.pid === "number" && typeof holder.host === "string" ? holder : null;
  } catch {
    return null;
  }
}

/** False, too, where nobody can tell from here. */
export async function isGone(holder: Holder): Promise<boolean> {
  const { SLURM_JOB_ID, SLURM_RESTART_COUNT = null, SLURM_CLUSTER_NAME } = process.env;
  const { pid, start, job, restarts, cluster = null } = holder;
  const isOwnCluster = cluster === null || SLURM_CLUSTER_NAME === undefined || cluster === SLURM_CLUSTER_NAME;
  // A job that was started again, on whatever node, has ended before.
  if (job !== null && isOwnCluster && job === SLURM_JOB_ID && restarts !== SLURM_RESTART_COUNT) return true;
  if (await isVisible(holder)) return (await startOfProcess(pid)) !== start;
  if (await wasRestarted(holder)) return true;
  // Its process cannot be seen, but a job that has ended has none left.
  return job !== null && isOwnCluster && job !== SLURM_JOB_ID && (await isJobOver(job));
}

/** Whether the holder's number means a process that can be looked up here. Locks of older versions only name the host. */
async function isVisible({ host, boot, pidNamespace }: Holder): Promise<boolean> {
  if (host !== hostname()) return false;
  if (boot === undefined || pidNamespace === undefined) return true;
  const own = await ownPlace();
  return boot === own.boot && pidNamespace === own.pidNamespace;
}

/** The number that Linux gives the namespace of the machine itself. */
const MACHINE = "pid:[4026531836]";

/**
 * Whether the machine was started anew since. Told outside of containers only, where a host's name is the machine's: in
 * them another machine's may be the same.
 */
async function wasRestarted({ host, boot, pidNamespace }: Holder): Promise<boolean> {
  const own = await ownPlace();
  const areMachines = pidNamespace === MACHINE && own.pidNamespace === MACHINE;
  return host === hostname() && areMachines && typeof boot === "string" && boot !== own.boot;
}

export function holderText({ pid, host, pidNamespace, since, job }: Holder): string {
  const where = host === hostname() && typeof pidNamespace === "string" ? ` (${pidNamespace})` : "";
  return `process ${pid} on ${host}${where}${job === null ? "" : `, job ${job}`}, since ${since}`;
}
