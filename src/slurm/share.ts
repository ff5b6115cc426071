/** Which share of the rows a process takes: as the user says, or as SLURM numbers the tasks of a job. */
import { DeeplasiaError } from "../errors.js";
import { SHARD_PATTERN } from "../options/predict.js";
import { type SlurmTask, slurmTask } from "./environment.js";

export interface Share {
  /** From 1. */
  number: number;
  /** How many shares there are; two at least. */
  of: number;
}

/** The largest number of shares: their files are listed often, and four digits number them. */
const MOST_SHARES = 9999;

/** `share 3 of 16` */
export function shareText({ number, of }: Share): string {
  return `share ${number} of ${of}`;
}

/**
 * The share that an option names; null is all rows, which one share of one is too.
 *
 * Throws ERR_DEEPLASIA_OPTION for a share that is none, and where SLURM's variables make no sense.
 */
export function shareOf(option: string | undefined, env: NodeJS.ProcessEnv = process.env): Share | null {
  if (option === undefined || option === "none") return null;
  const share = option === "auto" ? slurmShare(slurmTask(env)) : parseShare(option);
  return share.of === 1 ? null : share;
}

function parseShare(text: string): Share {
  const [number = Number.NaN, of = Number.NaN] = text.split("/").map(Number);
  if (SHARD_PATTERN.test(text) && number <= of && of <= MOST_SHARES) return { number, of };
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `--shard ${text}: there is no such share`, {
    remedy: `Give its number, from 1, and how many there are, at most ${MOST_SHARES}: 3/16; or none.`,
  });
}

/** The tasks of an array and, in each, those of its job step: together they multiply. */
function slurmShare(task: SlurmTask | null): Share {
  const array = task?.array ?? { index: 0, count: 1 };
  const step = task?.step ?? { rank: 0, ranks: 1 };
  return parseShare(`${array.index * step.ranks + step.rank + 1}/${array.count * step.ranks}`);
}
