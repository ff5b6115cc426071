/**
 * Which rows a share has: a run of whole blocks.
 *
 * Whole blocks, because a picture's last bits depend on the batch it is in: so every batch is the one that a single
 * process makes. A run of them rather than every n-th, because then the output is the shares one after the other, each
 * task reads one part of the folders, and a range describes missing rows.
 */
import type { Cohort } from "../../data/openCohort.js";
import type { Sample } from "../../data/sample.js";
import type { RowShare } from "../../slurm/rowShare.js";

/** Positions among the selected rows, from 0: `from` is in it, `to` is not. */
export interface RowRange {
  from: number;
  to: number;
}

/** The ranges of all shares follow each other and hold every row; they differ by a block at most. Some may be empty. */
export function shareRange({ number, of }: RowShare, rows: number, blockSize: number): RowRange {
  const blocks = Math.ceil(rows / blockSize);
  const start = (share: number) => Math.min(rows, Math.floor((share * blocks) / of) * blockSize);
  return { from: start(number - 1), to: start(number) };
}

/** The rows of a share; null is all. */
export function cohortOfShare(cohort: Cohort, share: RowShare | null, blockSize: number): Cohort {
  return share === null ? cohort : rowsOfRange(cohort, shareRange(share, cohort.total, blockSize));
}

/** A cohort of those rows alone; its samples count from 0 again, their row numbers stay. */
export function rowsOfRange(cohort: Cohort, { from, to }: RowRange): Cohort {
  return {
    ...cohort,
    total: to - from,
    samples: (start = 0) => recounted(until(cohort.samples(from + start), to - from - start), from),
    rowNumbers: () => slice(cohort.rowNumbers(), from, to),
  };
}

async function* recounted(samples: AsyncIterable<Sample>, first: number): AsyncGenerator<Sample> {
  for await (const sample of samples) yield { ...sample, index: sample.index - first };
}

async function* until<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  if (count <= 0) return;
  let taken = 0;
  for await (const item of items) {
    yield item;
    taken += 1;
    if (taken === count) return;
  }
}

async function* slice<T>(items: AsyncIterable<T>, from: number, to: number): AsyncGenerator<T> {
  let index = 0;
  for await (const item of until(items, to)) if (index++ >= from) yield item;
}
