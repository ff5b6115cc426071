/**
 * A CSV file with a header, read as a stream: of three million rows only a few are in memory at a time.
 *
 * Comma, semicolon or tab (the header line decides), BOM, CRLF, quoted delimiters and newlines are all fine. Blank lines
 * are skipped and not counted as rows.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { CsvError, type Options, parse } from "csv-parse";
import { parse as parseSync } from "csv-parse/sync";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { pathKind } from "../files.js";
import { nearestHint } from "../nearest.js";

const HEAD_BYTES = 65_536;
/** A record longer than this is a quote that was opened and never closed: the rest of the file would be one cell. */
const MAX_RECORD_CHARACTERS = 1_000_000;
const SAVE_AS_CSV = "Save it as CSV (UTF-8, comma separated) and give that file.";

export interface Table {
  readonly file: string;
  readonly columns: readonly string[];
  readonly delimiter: string;
  /**
   * All data rows, as they are: a row may have fewer or more cells than there are columns. Each call reads the file
   * anew; `onBytes` sees every byte that is read. Throws `ERR_DEEPLASIA_CSV` if there are no rows.
   */
  records(onBytes?: (bytes: Buffer) => void): AsyncIterable<string[]>;
}

/** Open a CSV file and read its header. Throws `ERR_DEEPLASIA_CSV` naming file, line and remedy. */
export async function openTable(file: string): Promise<Table> {
  const head = await readHead(file);
  refuseOtherFormats(file, head);
  const { columns, delimiter } = readHeader(file, head.toString("utf8"));
  return { file, columns, delimiter, records: (onBytes) => readRecords(file, delimiter, onBytes) };
}

/** Position of a column that is needed. Throws `ERR_DEEPLASIA_CSV_COLUMN` naming the columns there are. */
export function columnIndex(table: Table, name: string): number {
  const index = table.columns.indexOf(name);
  if (index >= 0) return index;
  const found = table.columns.map((column) => `"${column}"`).join(", ");
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CSV_COLUMN",
    `${table.file} line 1: no column "${name}"; found: ${found}`,
    {
      file: table.file,
      remedy: `Name the column "${name}"${nearestHint(name, table.columns)}.`,
    },
  );
}

/** The first bytes of a regular file; a clear error for everything else. */
async function readHead(file: string): Promise<Buffer> {
  const kind = await pathKind(file);
  if (kind === null) throw csvError(file, "no such file", "Check the path.");
  if (kind === "folder")
    throw csvError(file, "this is a folder, not a CSV file", "Give the path of the CSV file.");
  if (kind === "other") {
    // Rows are counted before they are worked on, so the file is read more than once.
    throw csvError(file, "this is a pipe or a device", "Write it to a regular file first.");
  }
  try {
    const handle = await open(file);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readError(file, error);
  }
}

/** First bytes (latin1) of files that people give for a CSV by mistake. */
const SIGNATURES: [start: string, what: string][] = [
  ["PK\x03\x04", "an Excel workbook (or another zip archive)"],
  ["\xd0\xcf\x11\xe0", "an old Excel workbook"],
  ["\x89PNG", "a PNG picture"],
  ["\xff\xd8\xff", "a JPEG picture"],
  ["II*\0", "a TIFF picture"],
  ["MM\0*", "a TIFF picture"],
  ["\x1f\x8b", "gzip-compressed"],
  ["%PDF", "a PDF"],
  ["\xff\xfe", "UTF-16 text"],
  ["\xfe\xff", "UTF-16 text"],
];

function refuseOtherFormats(file: string, head: Buffer): void {
  const start = head.toString("latin1", 0, 8);
  const known = SIGNATURES.find(([signature]) => start.startsWith(signature));
  if (known !== undefined) throw csvError(file, `this is ${known[1]}, not a CSV file`, SAVE_AS_CSV);
  if (head.includes(0)) throw csvError(file, "this is a binary file, not a CSV file", SAVE_AS_CSV);
  if (head.toString("utf8").trim() === "") {
    throw csvError(file, "the file is empty", "Give a CSV file with a header line and one row a picture.");
  }
}

function csvOptions(delimiter: string): Options {
  return {
    bom: true,
    delimiter,
    // All three, as files get concatenated; a `\r` is never left at the end of a cell.
    record_delimiter: ["\r\n", "\n", "\r"],
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD_CHARACTERS,
  };
}

function readHeader(file: string, head: string): { columns: string[]; delimiter: string } {
  const readings = [",", ";", "\t"].map((delimiter) => {
    const [record] = parseHeader(file, head, delimiter);
    return { delimiter, columns: (record ?? []).map((name) => name.trim()) };
  });
  // The delimiter that cuts the header into most columns; of equals the first, which is the comma.
  const best = readings.reduce((a, b) => (b.columns.length > a.columns.length ? b : a));
  const twice = best.columns.find((name, i) => name !== "" && best.columns.indexOf(name) !== i);
  if (twice !== undefined) {
    throw csvError(file, `line 1: two columns are named "${twice}"`, "Rename or remove one of them.");
  }
  return best;
}

function parseHeader(file: string, head: string, delimiter: string): string[][] {
  try {
    return parseSync(head, { ...csvOptions(delimiter), to: 1 }) as string[][];
  } catch (error) {
    throw readError(file, error);
  }
}

async function* readRecords(file: string, delimiter: string, onBytes?: (bytes: Buffer) => void) {
  const bytes = createReadStream(file);
  const parser = parse({ ...csvOptions(delimiter), from: 2 });
  if (onBytes !== undefined) bytes.on("data", (chunk) => onBytes(chunk as Buffer));
  bytes.on("error", (error) => parser.destroy(error));
  bytes.pipe(parser);
  let any = false;
  try {
    for await (const record of parser) {
      any = true;
      yield record as string[];
    }
  } catch (error) {
    throw readError(file, error);
  } finally {
    bytes.destroy();
  }
  if (!any) throw csvError(file, "there is a header but no row below it", "Add one row a picture.");
}

function readError(file: string, error: unknown): DeeplasiaError {
  if (error instanceof DeeplasiaError) return error;
  if (error instanceof CsvError) {
    const quote = error.code === "CSV_QUOTE_NOT_CLOSED" || error.code === "CSV_MAX_RECORD_SIZE";
    const line = typeof error.lines === "number" ? `line ${error.lines}: ` : "";
    return quote
      ? csvError(
          file,
          `${line}a cell opens with a quote (") that is never closed`,
          'Close it, or double it ("").',
          error,
        )
      : csvError(file, `${line}${error.message}`, SAVE_AS_CSV, error);
  }
  const denied = isSystemError(error, "EACCES", "EPERM");
  const what = denied ? "permission denied" : error instanceof Error ? error.message : String(error);
  return csvError(
    file,
    `cannot read it: ${what}`,
    denied ? "Make the file readable." : "Check the disk.",
    error,
  );
}

/** An error about a CSV file as a whole. */
export function csvError(file: string, what: string, remedy: string, cause?: unknown): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_CSV", `${file}: ${what}`, { file, remedy, cause });
}
