/**
 * A CSV file with a header, read as a stream: only a few rows are in memory at a time, however many there are.
 *
 * The delimiter is a comma, semicolon, tab or bar; a first line `sep=;` or else the header decides. BOM, CRLF, UTF-16,
 * Windows-1252, quoted delimiters and quoted newlines are accepted. Blank lines and rows that hold only separators, blanks
 * and quotes, as spreadsheets leave below a table, are skipped and not counted.
 */
import { open } from "node:fs/promises";
import { CsvError, type Options, parse } from "csv-parse";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { fileKind } from "../files/fileKind.js";
import { pathKind } from "../files/pathKind.js";
import { openPack } from "../packFile/openPacks.js";
import { cellText, csvStream, type Encoding, encodingOf } from "./csvBytes.js";

const HEAD_BYTES = 65_536;
/** Bounds the memory. A longer record most likely has a quote that is never closed. */
const MAX_RECORD_CHARACTERS = 32_000_000;
const SAVE_AS_CSV = "Save it as CSV (UTF-8, comma separated) and give that file.";

/** Callbacks while a table is read. */
export interface RecordWatch {
  /** Called with all bytes of the file as they are read, for a hash. */
  onBytes?: ((bytes: Buffer) => void) | undefined;
  /** Called with each cell that is not UTF-8 and was read as Windows-1252. */
  onForeign?: ((text: string) => void) | undefined;
}

/** An open CSV file. */
export interface Table {
  readonly file: string;
  readonly columns: readonly string[];
  readonly delimiter: string;
  /** Line of the header, from 1. */
  readonly headerLine: number;
  /**
   * Reads all data rows as they are. A row may have fewer or more cells than there are columns; blank cells beyond the last
   * column are removed. Each call reads the file again. Throws `ERR_DEEPLASIA_CSV` if there are no rows.
   */
  records(watch?: RecordWatch): AsyncIterable<string[]>;
}

/** How a file is cut into records. */
interface Cut {
  file: string;
  encoding: Encoding;
  delimiter: string;
}

/** Opens a CSV file and reads its header. Throws `ERR_DEEPLASIA_CSV`. */
export async function openTable(file: string): Promise<Table> {
  const head = await readHead(file);
  const encoding = encodingOf(head);
  refuseOtherFormats(file, head, encoding);
  const separator = separatorLine(file, head, encoding);
  const skipped = separator === null ? 0 : 1;
  const delimiters = separator === null ? [",", ";", "\t", "|"] : [separator];
  let best = { columns: [] as string[], delimiter: "," };
  for (const delimiter of delimiters) {
    const header = await recordAt({ file, encoding, delimiter }, skipped);
    const columns = header.map((name) => name.trim());
    // Takes the delimiter that gives the most columns; among equals the first in the list.
    if (columns.length > best.columns.length) best = { columns, delimiter };
  }
  if (best.columns.length === 0) throw emptyFile(file);
  const cut = { file, encoding, delimiter: best.delimiter };
  const width = best.columns.length;
  const records = (watch?: RecordWatch) => dataRecords(cut, skipped + 1, width, watch);
  return { file, ...best, headerLine: skipped + 1, records };
}

/** Reads the first bytes of a regular file, of a pack those of its CSV. Throws `ERR_DEEPLASIA_CSV` for everything else. */
async function readHead(file: string): Promise<Buffer> {
  const kind = await pathKind(file);
  if (kind === null) throw csvError(file, "no such file", "Check the path.");
  if (kind === "folder")
    throw csvError(file, "this is a folder, not a CSV file", "Give the path of the CSV file.");
  if (kind === "other") {
    // Rows are counted before they are processed, so the file is read more than once.
    throw csvError(file, "this is a pipe or a device", "Write its content to a regular file first.");
  }
  try {
    const { start, end } = (await openPack(file))?.csv ?? { start: 0, end: Number.POSITIVE_INFINITY };
    const handle = await open(file);
    try {
      const most = Math.min(HEAD_BYTES, end + 1 - start);
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(most), 0, most, start);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** First bytes (latin1) of tables in other formats. */
const OTHER_TABLES: [start: string, what: string][] = [
  ["PK\x03\x04", "an Excel workbook (or another zip archive)"],
  ["\xd0\xcf\x11\xe0", "an old Excel workbook"],
  ["PAR1", "a Parquet table"],
  ["\xff\xfe\0\0", "UTF-32 text"],
  ["\0\0\xfe\xff", "UTF-32 text"],
];

function refuseOtherFormats(file: string, head: Buffer, encoding: Encoding): void {
  const start = head.toString("latin1", 0, 4);
  const what = OTHER_TABLES.find(([signature]) => start === signature)?.[1] ?? otherKind(head, encoding);
  if (what !== null) throw csvError(file, `this is ${what}, not a CSV file`, SAVE_AS_CSV);
}

/** Returns the kind of a file that is no CSV; null for text, unless it is a pointer, a page or data of another kind. */
function otherKind(head: Buffer, encoding: Encoding): string | null {
  if (encoding !== "cells" || head.length === 0) return null;
  const kind = fileKind(head)?.name ?? null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: characters that no text has.
  if (/[\0-\x08\x0e-\x1a]/.test(head.toString("latin1"))) return kind ?? "a binary file";
  return kind !== null && /pointer|page|XML|JSON|PDF|PostScript|RTF/.test(kind) ? kind : null;
}

function emptyFile(file: string): DeeplasiaError {
  return csvError(file, "the file is empty", "Give a CSV file with a header line and one row per picture.");
}

/** Returns the delimiter that a first line `sep=;` names, as Excel reads and writes it; null without such a line. */
function separatorLine(file: string, head: Buffer, encoding: Encoding): string | null {
  const text = encoding === "cells" ? head.toString("latin1") : new TextDecoder(encoding).decode(head);
  const found = /^(?:\ufeff|\xef\xbb\xbf)?\s*"?sep=(\\t|[^\r\n])"?[ \t]*(?:[\r\n]|$)/i.exec(text)?.[1];
  if (found === undefined) return null;
  const delimiter = found === "\\t" ? "\t" : found;
  if (delimiter === "\t" || /^[ -~]$/.test(delimiter)) return delimiter;
  throw csvError(file, `line 1 sets the delimiter "${found}"`, "Use a comma or a semicolon.");
}

function csvOptions(delimiter: string): Options {
  return {
    // One character per byte; `cellText` decodes each cell.
    encoding: "latin1",
    delimiter,
    // All three, because concatenated files mix them; no `\r` stays at the end of a cell.
    record_delimiter: ["\r\n", "\n", "\r"],
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD_CHARACTERS,
  };
}

/** Returns whether a cell has no visible character. */
const isBlank = (cell: string) => /^[\s\u200b]*$/.test(cell);

/** Reads every record of the file that is not blank, including the header and the `sep=` line. */
async function* allRecords(cut: Cut, watch: RecordWatch = {}): AsyncGenerator<string[]> {
  const bytes = csvStream(cut.file, cut.encoding, watch.onBytes);
  const parser = parse(csvOptions(cut.delimiter));
  bytes.on("error", (error) => parser.destroy(error));
  bytes.pipe(parser);
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      const cells = record.map((cell) => cellText(cell, watch.onForeign));
      if (!cells.every(isBlank)) yield cells;
    }
  } catch (error) {
    throw error instanceof CsvError ? await badRecord(cut, error) : unreadable(cut.file, error);
  } finally {
    bytes.destroy();
  }
}

/** Reads the record with this number, from 0; empty if there are fewer records. */
async function recordAt(cut: Cut, number: number): Promise<string[]> {
  let left = number;
  for await (const record of allRecords(cut)) {
    if (left === 0) return record;
    left -= 1;
  }
  return [];
}

async function* dataRecords(
  cut: Cut,
  from: number,
  width: number,
  watch?: RecordWatch,
): AsyncGenerator<string[]> {
  let count = 0;
  for await (const record of allRecords(cut, watch)) {
    // Some programs write a delimiter at the end of each line.
    if (count >= from) yield record.slice(width).every(isBlank) ? record.slice(0, width) : record;
    count += 1;
  }
  if (count <= from)
    throw csvError(cut.file, "there is a header but no row below it", "Add one row per picture.");
}

async function badRecord(cut: Cut, error: CsvError): Promise<DeeplasiaError> {
  const { file } = cut;
  const remedy = 'Close it, or double it ("").';
  const line = `line ${await lineAfterLastRecord(cut)}`;
  if (error.code === "CSV_QUOTE_NOT_CLOSED")
    return csvError(file, `${line}: a cell opens with a quote (") that is never closed`, remedy, error);
  if (error.code !== "CSV_MAX_RECORD_SIZE")
    return csvError(file, `${line}: ${error.message}`, SAVE_AS_CSV, error);
  const most = MAX_RECORD_CHARACTERS.toLocaleString("en");
  const what = `${line}: the row that begins here has more than ${most} characters: a quote (") is never closed, or a cell is too large`;
  return csvError(file, what, `${remedy} Remove columns with very large cells.`, error);
}

/** Resolves to the line where the unreadable record begins; the parser only reports the line in which it stopped. */
async function lineAfterLastRecord({ file, encoding, delimiter }: Cut): Promise<number> {
  const bytes = csvStream(file, encoding);
  const parser = parse({ ...csvOptions(delimiter), info: true });
  bytes.on("error", (error) => parser.destroy(error));
  bytes.pipe(parser);
  let line = 1;
  try {
    for await (const { info } of parser as AsyncIterable<{ info: { lines: number } }>) line = info.lines + 1;
  } catch {
    // The caller reports this error already.
  } finally {
    bytes.destroy();
  }
  return line;
}

function unreadable(file: string, error: unknown): DeeplasiaError {
  if (error instanceof DeeplasiaError) return error;
  const denied = isSystemError(error, "EACCES", "EPERM");
  const what = denied ? "permission denied" : error instanceof Error ? error.message : String(error);
  const remedy = denied ? "Make the file readable." : "Check the disk.";
  return csvError(file, `cannot read it: ${what}`, remedy, error);
}

/** Returns an error about a CSV file as a whole. */
export function csvError(file: string, what: string, remedy: string, cause?: unknown): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_CSV", `${file}: ${what}`, { file, remedy, cause });
}
