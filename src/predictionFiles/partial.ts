/** Reads the partial files of an interrupted run: streamed, as far as their lines are whole, with positions in bytes. */
import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import { pathKind, pathSize } from "../files.js";
import { type AnyRecord, isFailure } from "../records/record.js";
import {
  FAILURE_COLUMNS,
  failureFromCsv,
  type Layout,
  predictionColumns,
  predictionFromCsv,
  predictionFromJson,
} from "./columns.js";
import type { OutputPaths } from "./resume.js";

/** A complete line of a file: its record (null if it is not one) and where the line ends, in bytes. */
interface Line {
  record: AnyRecord | null;
  end: number;
}

const csvOptions = { record_delimiter: "\n", relax_column_count: true };
/** JSON lines hold neither raw NUL nor raw newline, so each line is one cell. */
const jsonlOptions = {
  record_delimiter: "\n",
  delimiter: "\0",
  quote: null,
  escape: null,
  relax_column_count: true,
};

/** Complete lines of a file of predictions. Nothing at all if the header is missing or another one. */
export function predictionLines(path: string, layout: Layout): AsyncIterable<Line> {
  if (layout.format === "jsonl")
    return lines(path, null, jsonlOptions, ([line]) => predictionFromJson(line!, layout));
  const header = predictionColumns(layout);
  return lines(path, header, csvOptions, (cells) => predictionFromCsv(cells, layout));
}

/** Failures are CSV, whatever the format of the predictions. */
export function failureLines(path: string): AsyncIterable<Line> {
  return lines(path, FAILURE_COLUMNS, csvOptions, failureFromCsv);
}

/** The header (if the file has one) comes first, as a line without record. A torn last line is left out. */
async function* lines(
  path: string,
  header: readonly string[] | null,
  options: object,
  recordOf: (cells: string[]) => AnyRecord | null,
): AsyncGenerator<Line> {
  if ((await pathKind(path)) !== "file") return;
  const bytes = createReadStream(path);
  let lastByte = 0;
  let size = 0;
  bytes.on("data", (chunk) => {
    lastByte = (chunk as Buffer)[chunk.length - 1]!;
    size += chunk.length;
  });
  // A line torn inside quotes is no error here: it is skipped, and whatever follows a skipped line does not fit.
  const parser = bytes.pipe(parse({ ...options, info: true, skip_records_with_error: true }));
  bytes.on("error", (error) => parser.destroy(error));
  let awaitsHeader = header !== null;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { bytes: number };
    }>) {
      if (info.bytes === size && lastByte !== 0x0a) return;
      if (awaitsHeader) {
        if (record.join() !== header?.join()) return;
        awaitsHeader = false;
        yield { record: null, end: info.bytes };
      } else {
        yield { record: recordOf(record), end: info.bytes };
      }
    }
  } finally {
    bytes.destroy();
  }
}

export interface ResumePoint {
  /** Number of selected rows that are done: whole blocks from the first row on. */
  index: number;
  /** Lengths to cut the two files to. */
  bytes: number;
  failureBytes: number;
}

/**
 * Find the longest row of whole blocks, from the first selected row on, that the partial files hold. Each row is in
 * one of them, both are in the cohort's order; so a gap in either, whatever made it, ends the run of rows. `most`: a whole
 * number of blocks to stop at.
 */
export async function findResumePoint(
  paths: OutputPaths,
  layout: Layout,
  rowNumbers: AsyncIterable<number>,
  blockSize: number,
  most = Number.POSITIVE_INFINITY,
): Promise<ResumePoint> {
  const predictions = await Cursor.open(predictionLines(paths.partial, layout), layout.format === "csv");
  const failures = await Cursor.open(failureLines(paths.failuresPartial), true);
  let reached = { index: 0, bytes: predictions.end, failureBytes: 0 };
  let atBlock = reached;
  try {
    for await (const row of rowNumbers) {
      if (reached.index === most) return reached;
      const holder = [predictions, failures].find((cursor) => cursor.row === row);
      if (holder === undefined) return atBlock;
      await holder.advance();
      // Without a failed row the failures file shall be gone, header and all.
      const failureBytes = holder === failures ? failures.end : reached.failureBytes;
      reached = { index: reached.index + 1, bytes: predictions.end, failureBytes };
      if (reached.index % blockSize === 0) atBlock = reached;
    }
    // Every row is there; the last block may be a short one.
    return reached;
  } finally {
    await predictions.close();
    await failures.close();
  }
}

/** A place in a file, between lines: what comes next, and where the line before it ended. */
export class Cursor {
  /** Record of the next line; null at the end of what can be used. */
  record: AnyRecord | null = null;
  /** Where the lines before it end, in bytes. */
  end = 0;
  private nextEnd = 0;

  private constructor(private readonly lines: AsyncIterator<Line>) {}

  /** Row number of the next line; null at the end. */
  get row(): number | null {
    return this.record?.row ?? null;
  }

  static async open(source: AsyncIterable<Line>, hasHeader: boolean): Promise<Cursor> {
    const cursor = new Cursor(source[Symbol.asyncIterator]());
    if (hasHeader) await cursor.read();
    await cursor.advance();
    return cursor;
  }

  /** Step over the next line. */
  async advance(): Promise<void> {
    this.end = this.nextEnd;
    await this.read();
  }

  private async read(): Promise<void> {
    const next = await this.lines.next();
    this.record = next.done === true ? null : next.value.record;
    if (next.done !== true) this.nextEnd = next.value.end;
  }

  async close(): Promise<void> {
    await this.lines.return?.();
  }
}

/**
 * The rows that a predictions and a failures file hold together, each of which is in order. Throws what `damaged` makes
 * of the words for bytes that are no lines of such a file.
 */
export async function* recordsInOrder(
  output: string,
  failures: string,
  layout: Layout,
  damaged: (what: string) => Error,
): AsyncGenerator<AnyRecord> {
  const predicted = await Cursor.open(predictionLines(output, layout), layout.format === "csv");
  const failed = await Cursor.open(failureLines(failures), true);
  const last = Number.POSITIVE_INFINITY;
  try {
    for (;;) {
      const next = (predicted.row ?? last) <= (failed.row ?? last) ? predicted : failed;
      if (next.record === null) break;
      yield next.record;
      await next.advance();
    }
    for (const [path, { end }] of [[output, predicted] as const, [failures, failed] as const])
      if (end !== ((await pathSize(path)) ?? 0)) throw damaged(`${path} is damaged after byte ${end}`);
  } finally {
    await predicted.close();
    await failed.close();
  }
}

/**
 * Whether a predictions and a failures file hold each of these rows once, in order, and nothing else; and how many of
 * them failed. `fault`: what is wrong, null if nothing is.
 */
export async function inspectRows(
  output: string,
  failures: string,
  layout: Layout,
  rowNumbers: AsyncIterable<number>,
): Promise<{ fault: string | null; rows: number; failed: number }> {
  const expected = rowNumbers[Symbol.asyncIterator]();
  const found = { fault: null as string | null, rows: 0, failed: 0 };
  const damaged = (what: string) => Object.assign(new Error(what), { isDamage: true });
  try {
    for await (const record of recordsInOrder(output, failures, layout, damaged)) {
      const { value: row, done } = await expected.next();
      if (done === true || record.row !== row) {
        const what = done === true ? "is one too many" : `stands where row ${row} belongs`;
        return { ...found, fault: `row ${record.row} of ${output} ${what}` };
      }
      found.rows += 1;
      if (isFailure(record)) found.failed += 1;
    }
    const rest = await expected.next();
    return rest.done === true ? found : { ...found, fault: `${output} has no row ${rest.value}` };
  } catch (error) {
    if (error instanceof Error && "isDamage" in error) return { ...found, fault: error.message };
    throw error;
  } finally {
    await expected.return?.();
  }
}

/** Records of a predictions and a failures file, predictions first; either file may be missing. */
export async function* readRecords(
  predictions: string,
  failures: string,
  layout: Layout,
): AsyncGenerator<AnyRecord> {
  for await (const { record } of predictionLines(predictions, layout)) if (record !== null) yield record;
  for await (const { record } of failureLines(failures)) if (record !== null) yield record;
}

/** Number of complete rows in the partial files, for messages. */
export async function countHeldRows(paths: OutputPaths, layout: Layout): Promise<number> {
  let count = 0;
  for await (const _ of readRecords(paths.partial, paths.failuresPartial, layout)) count += 1;
  return count;
}
