/** Rows of a cohort into an output, from the row on that it has reached. */

import { ProgressMeter } from "../console/progress.js";
import type { Cohort } from "../data/openCohort.js";
import type { Sample } from "../data/sample.js";
import { plural } from "../plural.js";
import { keepEarlier } from "../predictionFiles/keepEarlier.js";
import type { Output } from "../predictionFiles/output.js";
import type { WrittenRows } from "../predictionFiles/shares/writeShare.js";
import { applyStrict, isFailure } from "../records/record.js";
import { SummaryBuilder } from "../records/summary.js";
import { type BlocksOptions, type CohortBlock, cohortBlocks } from "./cohortBlocks.js";
import { dicomObjectsOf } from "./dicomObjects.js";
import type { Members } from "./members.js";
import { VanishGuard } from "./vanishGuard.js";

/** A block in which the records of some positions are of an earlier run. */
type FinalBlock = CohortBlock & { kept: ReadonlySet<number> };

/**
 * Throws what the output throws, and ERR_DEEPLASIA_IMAGE_MISSING where the folder of the pictures goes away meanwhile;
 * what is done is kept then.
 */
export async function predictInto(
  members: Members,
  cohort: Cohort,
  output: Output,
  options: BlocksOptions,
): Promise<WrittenRows> {
  const summary = new SummaryBuilder();
  let lastPredicted: number | null = null;
  for await (const record of output.resumedRecords()) {
    summary.add(applyStrict(record, options), true);
    if (!isFailure(record)) lastPredicted = record.row;
  }
  let done = output.resumeIndex;
  if (done > 0 && done < cohort.total)
    options.logger?.info(`resuming after ${done} of ${plural(cohort.total, "row")}`);
  const start = performance.now();
  if (done < cohort.total) {
    const meter = new ProgressMeter(cohort.total, done);
    const guard = new VanishGuard<FinalBlock>(() => sampleOfRow(cohort, lastPredicted, done));
    const objects = dicomObjectsOf(members, options);
    const write = async (blocks: readonly FinalBlock[]) => {
      for (const block of blocks) {
        const { records, ofMembers, kept } = block;
        await objects?.write(block, kept);
        await output.write(records, ofMembers);
        for (const [i, record] of records.entries()) summary.add(record, kept.has(i));
        done += records.length;
        options.onProgress?.(meter.event(done, summary.failed));
      }
    };
    const keepPicture = objects?.keepPicture;
    for await (const block of finalBlocks(members, cohort, output, { ...options, keepPicture })) {
      await write(cohort.pack === null ? await guard.admit(block) : [block]);
      if (output.closed) break;
    }
    if (done + guard.heldRows === cohort.total) await write(guard.rest());
    objects?.sum();
  }
  const finished = done === cohort.total;
  if (finished) await output.complete();
  return { ...summary.build((performance.now() - start) / 1000), finished };
}

const NONE: ReadonlySet<number> = new Set();

async function* finalBlocks(
  members: Members,
  cohort: Cohort,
  { earlier, resumeIndex }: Output,
  options: BlocksOptions,
): AsyncGenerator<FinalBlock> {
  if (earlier === null) {
    for await (const block of cohortBlocks(members, cohort, options, resumeIndex))
      yield { ...block, kept: NONE };
    return;
  }
  options.logger?.info(`${plural(earlier.failed, "row")} of the finished output failed: run again`);
  const rows = earlier.rows(resumeIndex);
  try {
    const work = earlier.toRetry(cohort, options.batchSize);
    for await (const block of cohortBlocks(members, work, options, resumeIndex))
      yield await keepEarlier(block, rows);
  } finally {
    await rows.return(undefined);
  }
}

/** How far back the last row that an earlier process predicted is looked for. */
const LOOK_BACK = 256;

/** A row among those before a position, as it is found now; null where it is not among the last of them. */
async function sampleOfRow(cohort: Cohort, row: number | null, before: number): Promise<Sample | null> {
  if (row === null) return null;
  const from = Math.max(0, before - LOOK_BACK);
  for await (const sample of cohort.samples(from)) {
    if (sample.row === row) return sample;
    if (sample.row > row || sample.index >= before) return null;
  }
  return null;
}
