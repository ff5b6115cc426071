/** The time limit of a job, compared with the notice that it gets before. */
import { durationText } from "../console/progress.js";
import { type JobOptions, noticeOf } from "../options/slurm.js";
import { EARLY_SECONDS } from "./requeue.js";

/** Parses sbatch's `--time`: minutes, minutes:seconds, hours:minutes:seconds, days-hours[:minutes[:seconds]]; else null. */
export function timeLimitSeconds(text: string): number | null {
  const found = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text.trim());
  if (found === null) return null;
  const [, days, ...given] = found;
  const [first, second, third] = given.map((part) => (part === undefined ? undefined : Number(part)));
  if (days !== undefined) return ((Number(days) * 24 + first!) * 60 + (second ?? 0)) * 60 + (third ?? 0);
  return third !== undefined ? (first! * 60 + second!) * 60 + third : first! * 60 + (second ?? 0);
}

/** Returns a warning about a job that gets its signal before it has done much; null if it has enough time. */
export function shortTimeWarning({ time, signal }: Pick<JobOptions, "time" | "signal">): string | null {
  const limit = time === undefined ? null : timeLimitSeconds(time);
  const notice = noticeOf(signal);
  // 0 means no limit. The signal may come early, and starting takes time as well.
  if (limit === null || limit === 0 || limit >= 2 * (notice + EARLY_SECONDS)) return null;
  const left = limit - notice - EARLY_SECONDS;
  const work = left > 0 ? `may leave only ${durationText(left)} for work` : "may leave no time for work";
  return (
    `\`time: "${time}"\` with \`signal: "${signal}"\` ${work}: SLURM may send the signal ${EARLY_SECONDS} s early. ` +
    "Give more time, or less notice."
  );
}
