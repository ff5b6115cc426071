/** Which share of the rows a process takes: as the user says, or as SLURM numbers the tasks of a job. */
import { DeeplasiaError } from "../errors.js";
import { SHARD_PATTERN } from "../options/predict.js";
import { type ArrayTask, type SlurmTask, slurmTask } from "./slurmTask.js";

export interface RowShare {
  /** From 1. */
  number: number;
  /** How many shares there are; two at least. */
  of: number;
}

/** The largest number of shares: their files are listed often, and four digits number them. */
const MOST_SHARES = 9999;

/** `share 3 of 16` */
export function shareText({ number, of }: RowShare): string {
  return `share ${number} of ${of}`;
}

/**
 * The share that an option names; null is all rows, which one share of one is too.
 *
 * Throws ERR_DEEPLASIA_OPTION for a share that is none, and where SLURM's variables make no sense.
 */
export function shareOf(option: string | undefined, env: NodeJS.ProcessEnv = process.env): RowShare | null {
  if (option === undefined || option === "none") return null;
  const share = option === "auto" ? slurmShare(slurmTask(env)) : parseShare(option);
  return share.of === 1 ? null : share;
}

function parseShare(text: string): RowShare {
  const [number = Number.NaN, of = Number.NaN] = text.split("/").map(Number);
  if (SHARD_PATTERN.test(text) && number <= of && of <= MOST_SHARES) return { number, of };
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `--shard ${text}: there is no such share`, {
    remedy: `Give its number, from 1, and how many there are, at most ${MOST_SHARES}: 3/16; or none.`,
  });
}

/** The tasks of an array and, in each, those of its job step: together they multiply. */
function slurmShare(task: Pick<SlurmTask, "array" | "step"> | null): RowShare {
  const step = task?.step ?? { rank: 0, ranks: 1 };
  const array = task?.array ?? null;
  const [index, count] = array === null ? [0, 1] : [indexIn(array), array.count];
  return parseShare(`${index * step.ranks + step.rank + 1}/${count * step.ranks}`);
}

/** From 0, in steps of 1, whatever the ids are. */
function indexIn({ id, first, step, count }: ArrayTask): number {
  const index = (id - first) / step;
  if (Number.isInteger(index) && index >= 0 && index < count) return index;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `the task ids of this array are not evenly spaced: task ${id} of ${count}`,
    { remedy: `Submit with --array=0-${count - 1}, or run only the shards that are wanted with --shard.` },
  );
}

/** Which tasks of which array took the shares of a run, so that a lost one can be submitted by its id alone. */
export interface ArrayLayout {
  first: number;
  step: number;
  /** Processes of each task. */
  ranks: number;
}

/** Null outside of an array. */
export function arrayLayout(env: NodeJS.ProcessEnv = process.env): ArrayLayout | null {
  const { array = null, step = null } = slurmTask(env) ?? {};
  return array === null ? null : { first: array.first, step: array.step, ranks: step?.ranks ?? 1 };
}

/**
 * The share of this process where an array was submitted anew into an unfinished run of `of` shares: the whole array, or
 * only some of its tasks (`--array=2`, `--array=2,5`), which then have the shares that they had. `layout`: of the run's
 * array; null: it was of none.
 *
 * Throws ERR_DEEPLASIA_SHARES for a task that the run's array did not have.
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
    `an unfinished run of ${of} shares is there, and task ${array.id} of this array of ${array.count} is none of it`,
    {
      remedy: `Submit the array that it was begun with, or go on with a share by its number: --shard 2/${of}.`,
    },
  );
}
