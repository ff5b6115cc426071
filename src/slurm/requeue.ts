/** Decides whether a job is requeued when its command has ended, and records why. */
import { constants } from "node:os";
import { durationText } from "../console/progress.js";
import { formatError, toDeeplasiaError } from "../errors.js";
import { factIn, slurm } from "./client.js";
import { type End, endsOf, recordEnd } from "./ends.js";
import type { SlurmTask } from "./slurmTask.js";

/** SLURM may send the signal of `--signal` this many seconds early (sbatch(1)). */
export const EARLY_SECONDS = 60;

/** What is known when the command of a job has ended. */
export interface Ended {
  /** Exit status of srun: the highest of the command's processes. */
  exitStatus: number;
  /** Seconds until the job's time limit: Infinity without one, 0 after it, null if not known. */
  secondsLeft: number | null;
  /** Whether the job is in the grace time of a preemption. */
  preempted: boolean;
  /** How many seconds before the time limit the signal comes. */
  notice: number;
  /** How many earlier starts ended because of the time limit. */
  timeOuts: number;
  maxRequeues: number;
}

/** Whether the job is requeued, and why. */
export type Verdict = Pick<End, "requeued" | "timeOut" | "why">;

const SIGNAL_OF = Object.fromEntries(
  (["SIGINT", "SIGKILL", "SIGUSR1", "SIGTERM"] as const).map((name) => [128 + constants.signals[name], name]),
);

/**
 * Returns whether a job is requeued.
 *
 * - A command that got SIGUSR1 before the time limit has saved its work and resumes after a requeue. A command that was
 *   too slow to save resumes from its last saved state. Time-outs are counted, so a job that makes no progress ends.
 * - A job that is preempted with a grace time ends before SLURM would requeue it, so it is requeued here. SLURM itself
 *   requeues a job that is preempted at once.
 * - A cancelled job is not requeued.
 */
export function verdictOf(ended: Ended): Verdict {
  const { exitStatus, secondsLeft, preempted, notice } = ended;
  const no = (why: string): Verdict => ({ requeued: false, timeOut: false, why });
  const signal = SIGNAL_OF[exitStatus];
  // During a preemption `secondsLeft` is the grace time, not the time until the limit.
  if (preempted && (signal === "SIGUSR1" || signal === "SIGTERM"))
    return { requeued: true, timeOut: false, why: `${signal}: a job of higher priority preempted it` };
  switch (signal) {
    case "SIGUSR1": {
      if (secondsLeft === null || secondsLeft <= notice + EARLY_SECONDS)
        return afterTimeOut("its time limit is near and its work is saved", ended);
      const when =
        secondsLeft === Number.POSITIVE_INFINITY
          ? "and it has no time limit"
          : `${durationText(secondsLeft)} before its time limit`;
      return {
        requeued: true,
        timeOut: false,
        why: `it got SIGUSR1 ${when}: a preemption, or sent by hand`,
      };
    }
    case "SIGTERM":
      return secondsLeft !== null && secondsLeft <= 0
        ? afterTimeOut(
            "it reached its time limit before it had saved (for more notice: `signal: USR1@600`)",
            ended,
          )
        : no(
            "SIGTERM: it was cancelled, or preempted at once, after which SLURM requeues it if the site allows",
          );
    case "SIGINT":
      return no("SIGINT: somebody stopped it");
    case "SIGKILL":
      return no("SIGKILL: it ran out of memory (`mem`), or srun killed it after another process had ended");
    default:
      return no(`the command ended with exit status ${exitStatus}`);
  }
}

function afterTimeOut(what: string, { timeOuts, maxRequeues }: Ended): Verdict {
  const requeued = timeOuts < maxRequeues;
  const count = `time-out ${timeOuts + 1}, \`maxRequeues: ${maxRequeues}\``;
  return {
    requeued,
    timeOut: true,
    why: requeued ? `${what}; ${count}` : `${count}; ${what}; submit it again`,
  };
}

/** Returns the name of a task for scontrol and scancel: `12`, or `12_3` in an array. */
function taskName({ jobId, array }: SlurmTask): string {
  return array === null ? jobId : `${array.jobId}_${array.id}`;
}

/** The options of `concludeJob`. */
export interface RequeueOptions extends Pick<Ended, "exitStatus" | "notice" | "maxRequeues"> {
  /** The folder of the job. */
  folder: string;
  task: SlurmTask;
}

/**
 * Decides whether to requeue the job, records the decision and requeues it. Call it last: SLURM then kills what still runs
 * of the job.
 *
 * Throws ERR_DEEPLASIA_OUTPUT, and ERR_DEEPLASIA_SLURM if SLURM refuses.
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
  const text = await answerOf("squeue", ["--noheader", "--states=all", `--jobs=${jobId}`, "--format=%L"]);
  return text === null ? null : secondsIn(text);
}

async function isPreempted(jobId: string): Promise<boolean> {
  const facts = await answerOf("scontrol", ["show", "job", jobId, "--oneliner"]);
  return facts !== null && preemptedIn(facts);
}

/** Resolves to what a SLURM command prints. If it fails, logs why and resolves to null: the decision is still made. */
async function answerOf(...[tool, args]: Parameters<typeof slurm>): Promise<string | null> {
  try {
    return await slurm(tool, args, 20_000);
  } catch (error) {
    process.stderr.write(`slurm: ${formatError(toDeeplasiaError(error))}\n`);
    return null;
  }
}

/** Returns whether this start of a job is being preempted; `facts` is the output of `scontrol show job`. */
export function preemptedIn(facts: string): boolean {
  const time = (name: string) => {
    const text = factIn(facts, name);
    return text !== undefined && /^\d{4}-/.test(text) ? text : undefined;
  };
  const [preempted, started] = [time("PreemptTime"), time("StartTime")];
  // PreemptTime may be that of an earlier start. Both are local times of one clock in a format that sorts as text.
  return preempted !== undefined && (started === undefined || preempted >= started);
}

/** Parses squeue's time left: `[days-][[hours:]minutes:]seconds`, `UNLIMITED`, or `INVALID` if the limit has passed. */
export function secondsIn(text: string): number | null {
  const left = text.trim();
  if (left === "UNLIMITED") return Number.POSITIVE_INFINITY;
  if (left === "INVALID") return 0;
  const found = /^(?:(\d+)-)?(?:(?:(\d+):)?(\d+):)?(\d+)$/.exec(left);
  if (found === null) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
