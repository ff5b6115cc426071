/**
 * Repeats the failed rows of a finished output, whose pictures may have been mended.
 *
 * The batches that hold such a row are predicted anew, because the last bits of a row depend on the batch it is in; so an
 * output without failures in the end is that of an undisturbed run. All other rows are taken from the output as they
 * are, and none that was predicted is lost.
 */
import type { Cohort } from "../data/openCohort.js";
import type { FailedSample, Sample } from "../data/sample.js";
import { DeeplasiaError } from "../errors.js";
import { type AnyRecord, isFailure } from "../records/record.js";
import { differences } from "./differences.js";
import { kindOf, type OutputOptions } from "./outputOptions.js";
import { type OutputPaths, outputPaths } from "./outputPaths.js";
import type { OutputFile } from "./recordFile.js";
import { inspectRows, recordsInOrder } from "./recordsInOrder.js";
import { type RunFile, readState, writtenProvenance } from "./runFile.js";

/** The records of one row in a finished output and in the files of its members, in their order. */
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

/** Stands for a row that is not predicted again; `keepEarlier` replaces it by the earlier record. */
function untouched({ index, row, imageId, dir }: Sample): FailedSample {
  return { index, row, imageId, dir, error: UNTOUCHED, dropped: false };
}

const UNTOUCHED = new DeeplasiaError("ERR_DEEPLASIA_INTERNAL", "this row was not to be predicted");

function changed(what: string): DeeplasiaError {
  const remedy = "Run without `resume: true`: then all rows are predicted.";
  return new DeeplasiaError("ERR_DEEPLASIA_RESUME", `${what}; it was whole a moment ago`, { remedy });
}

/**
 * Returns the rows of a finished output of this very run, if all of its files are unchanged. Returns null without such an
 * output, and while a run that takes nothing from it is unfinished.
 */
export async function finishedBefore(
  options: OutputOptions,
  files: readonly OutputFile[],
  run: RunFile,
  unfinished: RunFile | null,
): Promise<EarlierRows | null> {
  if (unfinished !== null && unfinished.retry !== true) return null;
  const [paths] = files.map((file) => outputPaths(file.path)) as [OutputPaths];
  if ((await kindOf(options.path)) !== "file") return null;
  const provenance = await readState(paths.provenance, writtenProvenance, "").catch(() => null);
  const differing = provenance === null ? ["no provenance lies beside it"] : differences(provenance.run, run);
  if (provenance === null || differing.length > 0) {
    options.logger.warn(
      `all rows are predicted again, as ${options.path} is of another run: ${differing.join("; ")}`,
    );
    return null;
  }
  let failed = 0;
  for (const file of files) {
    const { output, failures } = outputPaths(file.path);
    const found = await inspectRows(output, failures, file, options.rowNumbers());
    failed = Math.max(failed, found.failed);
    if (found.fault === null) continue;
    options.logger.warn(`all rows are predicted again, as ${file.path} was changed since: ${found.fault}`);
    return null;
  }
  return new EarlierRows(files, failed);
}
