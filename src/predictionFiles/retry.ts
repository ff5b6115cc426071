/**
 * The rows of a finished output that failed, once more: whatever kept their pictures from being read may be mended.
 *
 * The batches that hold such a row are predicted anew, because the last bits of a row depend on the batch it is in; so an
 * output without failures in the end is that of an undisturbed run. All other rows are taken from the output as they
 * are, and none that was predicted is lost.
 */
import type { Cohort } from "../data/openCohort.js";
import type { FailedSample, Sample } from "../data/sample.js";
import { DeeplasiaError } from "../errors.js";
import { type AnyRecord, isFailure, type OutputRecord, type RecordBlock } from "../records/record.js";
import { recordsInOrder } from "./partial.js";
import type { OutputFile } from "./recordFile.js";
import { outputPaths } from "./resume.js";

/** What a finished output and the files of its members say of one row, in their order. */
export interface EarlierRow {
  records: AnyRecord[];
  failed: boolean;
}

/** The rows of a finished output, which was found to be whole. */
export class EarlierRows {
  constructor(
    private readonly files: readonly OutputFile[],
    /** Rows that failed. */
    readonly failed: number,
  ) {}

  /** In order, from a position on. */
  async *rows(from: number): AsyncGenerator<EarlierRow> {
    const sources = this.files.map((file) => {
      const { output, failures } = outputPaths(file.path);
      return recordsInOrder(output, failures, file, changed);
    });
    try {
      for (let index = 0; ; index++) {
        const next = await Promise.all(sources.map((source) => source.next()));
        if (next.some(({ done }) => done === true)) return;
        if (index < from) continue;
        const records = next.map(({ value }) => ({ ...(value as AnyRecord), index }));
        yield { records, failed: records.some(isFailure) };
      }
    } finally {
      for (const source of sources) await source.return(undefined);
    }
  }

  /** The cohort, with rows that need no work where a block (`blockSize` rows) holds none that failed. */
  toRetry(cohort: Cohort, blockSize: number): Cohort {
    return { ...cohort, samples: (from = 0) => this.samples(cohort, from, blockSize) };
  }

  private async *samples(cohort: Cohort, from: number, blockSize: number): AsyncGenerator<Sample> {
    const rows = this.rows(from);
    try {
      let block: { sample: Sample; failed: boolean }[] = [];
      for await (const sample of cohort.samples(from)) {
        const row = await rows.next();
        block.push({ sample, failed: row.done === true || row.value.failed });
        if (block.length < blockSize) continue;
        yield* workOf(block);
        block = [];
      }
      yield* workOf(block);
    } finally {
      await rows.return(undefined);
    }
  }
}

function workOf(block: readonly { sample: Sample; failed: boolean }[]): Sample[] {
  const needsWork = block.some(({ failed }) => failed);
  return block.map(({ sample }) => (needsWork ? sample : untouched(sample)));
}

/** Stands in for a row that is not looked at; `keepEarlier` puts the earlier record in its place. */
function untouched({ index, row, imageId, dir }: Sample): FailedSample {
  return { index, row, imageId, dir, error: UNTOUCHED, dropped: false };
}

const UNTOUCHED = new DeeplasiaError("ERR_DEEPLASIA_INTERNAL", "this row was not to be predicted");

/** Put earlier records where a row was predicted before and is not now. `kept` are their positions in the block. */
export async function keepEarlier<B extends RecordBlock>(
  block: B,
  earlier: AsyncGenerator<EarlierRow>,
): Promise<B & { kept: Set<number> }> {
  const records = [...block.records];
  const ofMembers = block.ofMembers.map((list) => [...list]);
  const kept = new Set<number>();
  for (const i of records.keys()) {
    const { value: before } = await earlier.next();
    if (before === undefined || before.failed || !isFailure(records[i]!)) continue;
    const [own, ...members] = before.records as [AnyRecord, ...OutputRecord[]];
    records[i] = own;
    for (const [member, record] of members.entries()) ofMembers[member]![i] = record;
    kept.add(i);
  }
  return { ...block, records, ofMembers, kept };
}

function changed(what: string): DeeplasiaError {
  const remedy = "Run without --resume, which predicts all rows.";
  return new DeeplasiaError("ERR_DEEPLASIA_RESUME", `${what}; it was whole a moment ago`, { remedy });
}
