/** The share of the rows that a process predicts: as an option gives it, or as SLURM numbers the tasks of a job. */
import { DeeplasiaError } from "../errors.js";
import { SHARD_PATTERN } from "../options/predictRows.js";
import { type ArrayTask, type SlurmTask, slurmTask } from "./slurmTask.js";

export interface RowShare {
  /** From 1. */
  number: number;
  /** The number of shares, at least 2. */
  of: number;
}

/** The largest number of shares: their files are listed often, and their names hold four digits. */
const MOST_SHARES = 9999;

/** Returns `share 3 of 16`. */
export function shareText({ number, of }: RowShare): string {
  return `share ${number} of ${of}`;
}

/**
 * Returns the share that an option names; null means all rows, as does share 1 of 1.
 *
 * Throws ERR_DEEPLASIA_OPTION for an invalid share and for SLURM variables that contradict each other.
 */
export function shareOf(option: string | undefined, env: NodeJS.ProcessEnv = process.env): RowShare | null {
  if (option === undefined || option === "none") return null;
  const share = option === "auto" ? slurmShare(slurmTask(env)) : parseShare(option);
  return share.of === 1 ? null : share;
}

function parseShare(text: string): RowShare {
  const [number = Number.NaN, of = Number.NaN] = text.split("/").map(Number);
  if (SHARD_PATTERN.test(text) && number <= of && of <= MOST_SHARES) return { number, of };
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `\`shard: "${text}"\`: there is no such share`, {
    remedy: `Give its number, from 1, and the number of shares, at most ${MOST_SHARES}, as in 3/16; or give none.`,
  });
}

/** Numbers the processes of all tasks of an array: array tasks times the tasks of each job step. */
function slurmShare(task: Pick<SlurmTask, "array" | "step"> | null): RowShare {
  const step = task?.step ?? { rank: 0, ranks: 1 };
  const array = task?.array ?? null;
  const [index, count] = array === null ? [0, 1] : [indexIn(array), array.count];
  return parseShare(`${index * step.ranks + step.rank + 1}/${count * step.ranks}`);
}

/** Returns the position of a task in its array, from 0, whatever the task ids are. */
function indexIn({ id, first, step, count }: ArrayTask): number {
  const index = (id - first) / step;
  if (Number.isInteger(index) && index >= 0 && index < count) return index;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `the task ids of this array are not evenly spaced: task ${id} of ${count}`,
    { remedy: `Submit with \`array: 0-${count - 1}\`, or give each process its share with \`shard\`.` },
  );
}

/** The array whose tasks took the shares of a run, so that a lost share can be submitted again by its task id alone. */
export interface ArrayLayout {
  first: number;
  step: number;
  /** Processes of each task. */
  ranks: number;
}

/** Returns the layout of this job's array; null outside an array. */
export function arrayLayout(env: NodeJS.ProcessEnv = process.env): ArrayLayout | null {
  const { array = null, step = null } = slurmTask(env) ?? {};
  return array === null ? null : { first: array.first, step: array.step, ranks: step?.ranks ?? 1 };
}

/**
 * Returns the share of this process when an array is submitted again for an unfinished run of `of` shares. The whole
 * array may be submitted, or only some of its tasks (`--array=2`, `--array=2,5`), which then get the shares that they had.
 * `layout` is that of the array that began the run; null if no array did.
 *
 * Throws ERR_DEEPLASIA_SHARES for a task that the first array did not have.
 */
export function shareAgain(
  { of, layout }: { of: number; layout: ArrayLayout | null },
  { array, step }: { array: ArrayTask; step: SlurmTask["step"] },
): RowShare {
  const { rank, ranks } = step ?? { rank: 0, ranks: 1 };
  if (array.count * ranks === of) return slurmShare({ array, step });
  const index = layout === null ? Number.NaN : (array.id - layout.first) / layout.step;
  const number = index * ranks + rank + 1;
  if (layout?.ranks === ranks && Number.isInteger(number) && number >= 1 && number <= of)
    return { number, of };
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_SHARES",
    `the output has an unfinished run of ${of} shares, and task ${array.id} of this array of ${array.count} is none of them`,
    {
      remedy: `Submit the array that began the run, or resume one share by its number: \`shard: "2/${of}"\`.`,
    },
  );
}
