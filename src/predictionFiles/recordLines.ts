/** Complete lines of the files of an output, as records: streamed, with positions in bytes. */
import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import { pathKind } from "../files/pathKind.js";
import type { AnyRecord } from "../records/record.js";
import {
  FAILURE_COLUMNS,
  failureFromCsv,
  type Layout,
  predictionColumns,
  predictionFromCsv,
  predictionFromJson,
} from "./columns.js";

/** A complete line of a file: its record (null if it is not one) and where the line ends, in bytes. */
export interface RecordLine {
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
export function predictionLines(path: string, layout: Layout): AsyncIterable<RecordLine> {
  if (layout.format === "jsonl")
    return lines(path, null, jsonlOptions, ([line]) => predictionFromJson(line!, layout));
  const header = predictionColumns(layout);
  return lines(path, header, csvOptions, (cells) => predictionFromCsv(cells, layout));
}

/** Failures are CSV, whatever the format of the predictions. */
export function failureLines(path: string): AsyncIterable<RecordLine> {
  return lines(path, FAILURE_COLUMNS, csvOptions, failureFromCsv);
}

/** The header (if the file has one) comes first, as a line without record. A torn last line is left out. */
async function* lines(
  path: string,
  header: readonly string[] | null,
  options: object,
  recordOf: (cells: string[]) => AnyRecord | null,
): AsyncGenerator<RecordLine> {
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

/** A place in a file, between lines: what comes next, and where the line before it ended. */
export class LineCursor {
  /** Record of the next line; null at the end of what can be used. */
  record: AnyRecord | null = null;
  /** Where the lines before it end, in bytes. */
  end = 0;
  private nextEnd = 0;

  private constructor(private readonly lines: AsyncIterator<RecordLine>) {}

  /** Row number of the next line; null at the end. */
  get row(): number | null {
    return this.record?.row ?? null;
  }

  static async open(source: AsyncIterable<RecordLine>, hasHeader: boolean): Promise<LineCursor> {
    const cursor = new LineCursor(source[Symbol.asyncIterator]());
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
