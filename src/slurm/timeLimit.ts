/** The time limit of a job, against what the notice before it takes. */
import { type JobOptions, noticeOf } from "../options/slurm.js";
import { durationText } from "../report/progress.js";
import { EARLY_SECONDS } from "./requeue.js";

/** sbatch's `--time`: minutes, minutes:seconds, hours:minutes:seconds, days-hours[:minutes[:seconds]]; null: no such. */
export function timeLimitSeconds(text: string): number | null {
  const found = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text.trim());
  if (found === null) return null;
  const [, days, ...given] = found;
  const [first, second, third] = given.map((part) => (part === undefined ? undefined : Number(part)));
  if (days !== undefined) return ((Number(days) * 24 + first!) * 60 + (second ?? 0)) * 60 + (third ?? 0);
  return third !== undefined ? (first! * 60 + second!) * 60 + third : first! * 60 + (second ?? 0);
}

/** What is to be said of a job that gets its signal before it has done much; null where it has time enough. */
export function shortTimeWarning({ time, signal }: Pick<JobOptions, "time" | "signal">): string | null {
  const limit = time === undefined ? null : timeLimitSeconds(time);
  const notice = noticeOf(signal);
  // 0 is no limit. The signal may come early, and the start takes its time as well.
  if (limit === null || limit === 0 || limit >= 2 * (notice + EARLY_SECONDS)) return null;
  const left = limit - notice - EARLY_SECONDS;
  const work = left > 0 ? `${durationText(left)} are sure for work` : "no time is sure for work";
  return (
    `--time=${time} is not well above the notice of --signal=${signal}: SLURM may send it ${EARLY_SECONDS} s early, ` +
    `so ${work}. Give more time, or less notice.`
  );
}
