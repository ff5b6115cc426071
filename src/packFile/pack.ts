/** A pack that is open for reading. Pictures are read at their offsets, so that a failing disk is the error of a row. */
import { type FileHandle, open } from "node:fs/promises";
import { DeeplasiaError } from "../errors.js";
import { crc32 } from "./crc32.js";
import {
  ENTRY_BYTES,
  type Entry,
  HEADER_BYTES,
  type Header,
  isPackHead,
  parseEntry,
  parseHeader,
  VERSION,
} from "./format.js";
import type { PackManifest } from "./manifest.js";
import type { PackedError } from "./packedError.js";

/** Entries that are read at once. */
const PAGE = 2048;
/** Pages that are kept: rows come in order, or an epoch draws them from all over. */
const MOST_PAGES = 512;

export class Pack {
  private readonly pages = new Map<number, Promise<Buffer>>();

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    readonly header: Header,
    readonly manifest: PackManifest,
  ) {}

  /** Opens a pack. Throws ERR_DEEPLASIA_PACK for a file that is none, is not whole, or is of a later version. */
  static async open(path: string): Promise<Pack> {
    const handle = await open(path, "r");
    try {
      const header = parseHeader(await bytesAt(handle, 0, HEADER_BYTES, path));
      if (header === null) throw damaged(path, "its header does not fit its checksum");
      const { version, manifestBytes, csvBytes, indexStart, rows } = header;
      if (version > VERSION)
        throw new DeeplasiaError("ERR_DEEPLASIA_PACK", `${path} is a pack of version ${version}`, {
          file: path,
          remedy: `This release reads version ${VERSION}: install a later one, or pack the cohort anew.`,
        });
      if (indexStart === 0)
        throw new DeeplasiaError("ERR_DEEPLASIA_PACK", `${path} is a pack that was not finished`, {
          file: path,
          remedy: "Run the same `deeplasia-native pack` again: it resumes.",
        });
      const { size } = await handle.stat();
      const wanted = indexStart + rows * ENTRY_BYTES;
      if (size !== wanted || HEADER_BYTES + manifestBytes + csvBytes > indexStart)
        throw damaged(path, `it has ${size} bytes in place of ${wanted}`);
      const text = (await bytesAt(handle, HEADER_BYTES, manifestBytes, path)).toString("utf8");
      return new Pack(path, handle, header, parseManifest(text, path));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Where the annotation CSV lies; the last byte is in it. */
  get csv(): { start: number; end: number } {
    const start = HEADER_BYTES + this.header.manifestBytes;
    return { start, end: start + this.header.csvBytes - 1 };
  }

  /** The entry of a row of the CSV, from 1. Throws ERR_DEEPLASIA_PACK. */
  async entry(row: number): Promise<Entry> {
    const { rows } = this.header;
    const at = row - 1 - this.manifest.rows.from;
    if (at < 0 || at >= rows)
      throw new DeeplasiaError("ERR_DEEPLASIA_PACK", `${this.path} does not have row ${row}`, {
        file: this.path,
        remedy: "It is one share of a pack: give the joined one.",
      });
    const page = Math.floor(at / PAGE);
    const bytes = await this.page(page);
    const entry = parseEntry(bytes.subarray((at % PAGE) * ENTRY_BYTES));
    if (entry === null || entry.offset + entry.bytes > this.header.indexStart)
      throw damaged(this.path, `the entry of row ${row} does not fit its checksum`);
    return entry;
  }

  private page(page: number): Promise<Buffer> {
    const known = this.pages.get(page);
    if (known !== undefined) return known;
    const { indexStart, rows } = this.header;
    const count = Math.min(PAGE, rows - page * PAGE);
    const read = bytesAt(this.handle, indexStart + page * PAGE * ENTRY_BYTES, count * ENTRY_BYTES, this.path);
    read.catch(() => this.pages.delete(page));
    if (this.pages.size === MOST_PAGES) this.pages.delete(this.pages.keys().next().value!);
    this.pages.set(page, read);
    return read;
  }

  /** The bytes of an entry, checked. Throws ERR_DEEPLASIA_PACK. */
  async read(entry: Entry, row: number): Promise<Buffer> {
    const bytes = await bytesAt(this.handle, entry.offset, entry.bytes, this.path);
    if (crc32(bytes) !== entry.crc32) throw damaged(this.path, `row ${row} does not fit its checksum`);
    return bytes;
  }

  /** Why the row of an entry without a picture has none. Throws ERR_DEEPLASIA_PACK. */
  async errorOf(entry: Entry, row: number): Promise<PackedError> {
    return JSON.parse((await this.read(entry, row)).toString("utf8")) as PackedError;
  }

  /** The index, as it lies in the file, in pieces. */
  async *index(): AsyncGenerator<Buffer> {
    const { rows } = this.header;
    for (let page = 0; page * PAGE < rows; page++) yield await this.page(page);
  }

  /** Manifest and CSV, as they lie in the file, in pieces. */
  async *front(): AsyncGenerator<Buffer> {
    const most = 1 << 20;
    for (let at = HEADER_BYTES; at <= this.csv.end; at += most)
      yield await bytesAt(this.handle, at, Math.min(most, this.csv.end + 1 - at), this.path);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** Whether a file begins as a pack does; false for anything that cannot be read, which its reader reports. */
export async function isPack(path: string): Promise<boolean> {
  const handle = await open(path, "r").catch(() => null);
  if (handle === null) return false;
  try {
    if (!(await handle.stat()).isFile()) return false;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return isPackHead(buffer.subarray(0, bytesRead));
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

function parseManifest(text: string, path: string): PackManifest {
  try {
    return JSON.parse(text) as PackManifest;
  } catch (error) {
    throw damaged(path, "its manifest cannot be read", error);
  }
}

/** A buffer of its own, so that its memory can be released. */
async function bytesAt(handle: FileHandle, offset: number, count: number, path: string): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(count);
  let done = 0;
  while (done < count) {
    const { bytesRead } = await handle.read(buffer, done, count - done, offset + done);
    if (bytesRead === 0) throw damaged(path, "it ends too early");
    done += bytesRead;
  }
  return buffer;
}

export function damaged(path: string, what: string, cause?: unknown): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_PACK", `the pack ${path} is damaged or truncated: ${what}`, {
    file: path,
    remedy: "Copy it again, or pack the cohort anew; `deeplasia-native pack --verify` checks all of it.",
    cause,
  });
}
