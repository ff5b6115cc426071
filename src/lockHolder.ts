/** The holder of a lock, and whether that process is certainly gone, as seen from this machine and container. */
import { randomUUID } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { isSystemError } from "./errors.js";
import { outputError } from "./files/outputError.js";
import { isJobOver } from "./slurm/isJobOver.js";

/** The process that holds a lock. */
export interface Holder {
  /** Identifies this lock, so that a process does not mistake another lock for its own. */
  id?: string;
  pid: number;
  host: string;
  /** Boot id of the kernel, because machines may have the same name. */
  boot?: string | null;
  /** Namespace of `pid`: containers on one machine have processes with equal ids and do not see each other's. */
  pidNamespace?: string | null;
  /** Start of the process in ticks since boot, because a process id may be reused. */
  start: string;
  /** SLURM's number of the job. */
  job: string | null;
  /** How often SLURM had restarted the job. */
  restarts: string | null;
  /** The cluster that the job's number belongs to. */
  cluster?: string | null;
  /** When the lock was taken. */
  since: string;
}

/** Resolves to the identity of this process. */
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

/** Resolves to the start of a process on this machine, in ticks since boot; null if there is no such process. */
export async function startOfProcess(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field, the program's name in brackets, may itself hold spaces and brackets. The start is field 22.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[22 - 3] ?? null;
  } catch {
    return null;
  }
}

/** Reads a lock file; null if there is none. Throws ERR_DEEPLASIA_OUTPUT. */
export async function readLock(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw outputError(error, path);
  }
}

/** Parses a lock file; null if it is not a lock of this package. */
export function parseHolder(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Holder;
    return typeof holder.pid === "number" && typeof holder.host === "string" ? holder : null;
  } catch {
    return null;
  }
}

/** Resolves to whether the holder is certainly gone; false if that cannot be determined from here. */
export async function isGone(holder: Holder): Promise<boolean> {
  const { SLURM_JOB_ID, SLURM_RESTART_COUNT = null, SLURM_CLUSTER_NAME } = process.env;
  const { pid, start, job, restarts, cluster = null } = holder;
  const isOwnCluster = cluster === null || SLURM_CLUSTER_NAME === undefined || cluster === SLURM_CLUSTER_NAME;
  // If this is a restart of the same job, the earlier start has ended, on whatever node it was.
  if (job !== null && isOwnCluster && job === SLURM_JOB_ID && restarts !== SLURM_RESTART_COUNT) return true;
  if (await isVisible(holder)) return (await startOfProcess(pid)) !== start;
  if (await wasRestarted(holder)) return true;
  // The process is not visible from here, but a job that has ended has no processes left.
  return job !== null && isOwnCluster && job !== SLURM_JOB_ID && (await isJobOver(job));
}

/** Resolves to whether the holder's process id can be looked up here. Locks of older versions name only the host. */
async function isVisible({ host, boot, pidNamespace }: Holder): Promise<boolean> {
  if (host !== hostname()) return false;
  if (boot === undefined || pidNamespace === undefined) return true;
  const own = await ownPlace();
  return boot === own.boot && pidNamespace === own.pidNamespace;
}

/** The PID namespace of the machine itself: a fixed number in Linux. */
const MACHINE = "pid:[4026531836]";

/**
 * Resolves to whether the holder's machine has been rebooted since. Determined outside containers only, where the host name
 * is that of the machine; inside, another machine may have the same name.
 */
async function wasRestarted({ host, boot, pidNamespace }: Holder): Promise<boolean> {
  const own = await ownPlace();
  const areMachines = pidNamespace === MACHINE && own.pidNamespace === MACHINE;
  return host === hostname() && areMachines && typeof boot === "string" && boot !== own.boot;
}

/** Returns a text such as `process 12 on n1, job 7, since …`. */
export function holderText({ pid, host, pidNamespace, since, job }: Holder): string {
  const where = host === hostname() && typeof pidNamespace === "string" ? ` (${pidNamespace})` : "";
  return `process ${pid} on ${host}${where}${job === null ? "" : `, job ${job}`}, since ${since}`;
}
