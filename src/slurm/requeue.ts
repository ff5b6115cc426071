/** Whether a job is queued again when its command has ended, and why. */
import { constants } from "node:os";
import { formatError, toDeeplasiaError } from "../errors.js";
import { durationText } from "../report/progress.js";
import { factIn, slurm } from "./client.js";
import { type End, endsOf, recordEnd } from "./ends.js";
import type { SlurmTask } from "./slurmTask.js";

/** SLURM sends the signal of `--signal` up to so many seconds early (sbatch(1)). */
export const EARLY_SECONDS = 60;

export interface Ended {
  /** Of srun: the highest of the command's processes. */
  exitStatus: number;
  /** Until the job's time limit, Infinity without one, 0 after it; null: not known. */
  secondsLeft: number | null;
  /** Whether the job is in the grace time of a preemption. */
  preempted: boolean;
  /** Seconds before the time limit at which the signal comes. */
  notice: number;
  /** How often the time limit came near before. */
  timeOuts: number;
  maxRequeues: number;
}

export type Verdict = Pick<End, "requeued" | "timeOut" | "why">;

const SIGNAL_OF = Object.fromEntries(
  (["SIGINT", "SIGKILL", "SIGUSR1", "SIGTERM"] as const).map((name) => [128 + constants.signals[name], name]),
);

/**
 * A command that was told by SIGUSR1 that the end is near has saved its work, and goes on in a new turn; so does one that
 * was too slow for it, from what it had saved before. Each time-out is counted, so that a job which gets nowhere ends.
 * Whoever is preempted with a grace time has ended before SLURM would queue it again, and nothing would be left to do so:
 * it is queued again here. One that is preempted at once is SLURM's to queue, and whoever is cancelled stays so.
 */
export function verdictOf(ended: Ended): Verdict {
  const { exitStatus, secondsLeft, preempted, notice } = ended;
  const no = (why: string): Verdict => ({ requeued: false, timeOut: false, why });
  const signal = SIGNAL_OF[exitStatus];
  // The time that is left then is that of the grace, and says nothing of the time limit.
  if (preempted && (signal === "SIGUSR1" || signal === "SIGTERM"))
    return { requeued: true, timeOut: false, why: `${signal}, as a job of higher priority preempts it` };
  switch (signal) {
    case "SIGUSR1": {
      if (secondsLeft === null || secondsLeft <= notice + EARLY_SECONDS)
        return afterTimeOut("its time limit is near, its work is saved", ended);
      const when =
        secondsLeft === Number.POSITIVE_INFINITY
          ? "though it has no time limit"
          : `${durationText(secondsLeft)} before its time limit`;
      return { requeued: true, timeOut: false, why: `SIGUSR1 came ${when}: preempted, or asked for by hand` };
    }
    case "SIGTERM":
      return secondsLeft !== null && secondsLeft <= 0
        ? afterTimeOut("its time limit came before it had saved (more notice: --signal=USR1@600)", ended)
        : no(
            "SIGTERM, so it was cancelled; or preempted at once, and SLURM itself queues it again where the site wants it",
          );
    case "SIGINT":
      return no("SIGINT, so somebody stopped it");
    case "SIGKILL":
      return no(
        "SIGKILL: for want of memory (--mem), or by srun, after another process of the command had ended",
      );
    default:
      return no(`the command has ended with exit status ${exitStatus}`);
  }
}

function afterTimeOut(what: string, { timeOuts, maxRequeues }: Ended): Verdict {
  const requeued = timeOuts < maxRequeues;
  const count = `time-out ${timeOuts + 1}, --max-requeues=${maxRequeues}`;
  return {
    requeued,
    timeOut: true,
    why: requeued ? `${what}; ${count}` : `${count}; ${what}, submit it again`,
  };
}

/** The name of a task for scontrol and scancel: `12`, of an array `12_3`. */
export function taskName({ jobId, array }: SlurmTask): string {
  return array === null ? jobId : `${array.jobId}_${array.id}`;
}

export interface RequeueOptions extends Pick<Ended, "exitStatus" | "notice" | "maxRequeues"> {
  /** Folder of the job. */
  folder: string;
  task: SlurmTask;
}

/**
 * Decide, write it down, and queue the job again where it shall be. Call it last: SLURM ends what still runs of the job.
 *
 * Throws ERR_DEEPLASIA_OUTPUT; ERR_DEEPLASIA_SLURM where SLURM refuses.
 */
export async function concludeJob({ folder, task, ...ended }: RequeueOptions): Promise<Verdict> {
  const name = taskName(task);
  const before = await endsOf(folder, name);
  const timeOuts = before.filter(({ timeOut }) => timeOut).length;
  const facts = { secondsLeft: await secondsLeftOf(task.jobId), preempted: await isPreempted(task.jobId) };
  const verdict = verdictOf({ ...ended, timeOuts, ...facts });
  const { exitStatus } = ended;
  const time = new Date().toISOString();
  await recordEnd(folder, name, { time, restarts: task.restarts, exitStatus, ...verdict });
  if (verdict.requeued) await slurm("scontrol", ["requeue", name]);
  return verdict;
}

async function secondsLeftOf(jobId: string): Promise<number | null> {
  const text = await said("squeue", ["--noheader", "--states=all", `--jobs=${jobId}`, "--format=%L"]);
  return text === null ? null : secondsIn(text);
}

async function isPreempted(jobId: string): Promise<boolean> {
  const facts = await said("scontrol", ["show", "job", jobId, "--oneliner"]);
  return facts !== null && preemptedIn(facts);
}

/** What SLURM says of the job; null, with a line in the log, where it says nothing: that stops no decision. */
async function said(...[tool, args]: Parameters<typeof slurm>): Promise<string | null> {
  try {
    return await slurm(tool, args, 20_000);
  } catch (error) {
    process.stderr.write(`slurm: ${formatError(toDeeplasiaError(error))}\n`);
    return null;
  }
}

/** Of `scontrol show job`: whether this start of the job is being preempted. An earlier start's time may stay there. */
export function preemptedIn(facts: string): boolean {
  const time = (name: string) => {
    const text = factIn(facts, name);
    return text !== undefined && /^\d{4}-/.test(text) ? text : undefined;
  };
  const [preempted, started] = [time("PreemptTime"), time("StartTime")];
  // Both are local times of one clock, written so that their order is that of the text.
  return preempted !== undefined && (started === undefined || preempted >= started);
}

/** squeue's time left: `[days-][[hours:]minutes:]seconds`, `UNLIMITED`, or `INVALID` where the limit has passed. */
export function secondsIn(text: string): number | null {
  const left = text.trim();
  if (left === "UNLIMITED") return Number.POSITIVE_INFINITY;
  if (left === "INVALID") return 0;
  const found = /^(?:(\d+)-)?(?:(?:(\d+):)?(\d+):)?(\d+)$/.exec(left);
  if (found === null) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
