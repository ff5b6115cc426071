/**
 * Writes a pack row by row: pictures into `<out>.partial`, entries into `<out>.partial.index`, which never names a picture
 * that is not on the disk. So a run that was killed resumes after the last entry.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { outputError } from "../files/outputError.js";
import { renameDurably } from "../files/renameDurably.js";
import { crc32 } from "./crc32.js";
import {
  aligned,
  ENTRY_BYTES,
  type Entry,
  entryBytes,
  HEADER_BYTES,
  headerBytes,
  parseEntry,
  VERSION,
} from "./format.js";
import type { PackManifest } from "./manifest.js";

/** Pictures that are flushed together, bytes. */
const FLUSHED = 256 << 20;

export type NewEntry = Omit<Entry, "offset" | "bytes" | "crc32">;

export class PackWriter {
  private waiting: Buffer[] = [];
  private unflushed = 0;

  private constructor(
    private readonly out: string,
    private readonly data: FileHandle,
    private readonly index: FileHandle,
    private readonly front: { manifestBytes: number; csvBytes: number },
    private end: number,
    /** Rows that are in the pack. */
    private count: number,
  ) {}

  get rows(): number {
    return this.count;
  }

  /**
   * Begins a pack, or resumes one with the same manifest.
   *
   * Throws ERR_DEEPLASIA_RESUME for an unfinished pack of other pictures or another contract, ERR_DEEPLASIA_OUTPUT.
   */
  static async open(out: string, csv: CsvPlace, manifest: PackManifest): Promise<PackWriter> {
    const [partial, indexPath] = [`${out}.partial`, `${out}.partial.index`];
    const text = Buffer.from(JSON.stringify(manifest));
    try {
      const resumed = await resumable(partial, indexPath, text);
      const data = await open(partial, resumed === null ? "w+" : "r+");
      const index = await open(indexPath, resumed === null ? "w+" : "r+");
      if (resumed === null) {
        const csvBytes = await begin(data, text, csv);
        const front = { manifestBytes: text.length, csvBytes };
        return new PackWriter(out, data, index, front, HEADER_BYTES + text.length + csvBytes, 0);
      }
      await data.truncate(resumed.end);
      await index.truncate(resumed.rows * ENTRY_BYTES);
      const front = { manifestBytes: text.length, csvBytes: resumed.csvBytes };
      return new PackWriter(out, data, index, front, resumed.end, resumed.rows);
    } catch (error) {
      throw outputError(error, out);
    }
  }

  async append(entry: NewEntry, payload: Uint8Array): Promise<void> {
    try {
      const offset = aligned(this.end);
      await writeAll(this.data, payload, offset);
      this.end = offset + payload.byteLength;
      this.waiting.push(entryBytes({ ...entry, offset, bytes: payload.byteLength, crc32: crc32(payload) }));
      this.count += 1;
      this.unflushed += payload.byteLength;
      if (this.unflushed > FLUSHED) await this.flush();
    } catch (error) {
      throw outputError(error, this.out, "The same command resumes.");
    }
  }

  private async flush(): Promise<void> {
    await this.data.datasync();
    const bytes = Buffer.concat(this.waiting);
    await writeAll(this.index, bytes, this.count * ENTRY_BYTES - bytes.length);
    await this.index.datasync();
    this.waiting = [];
    this.unflushed = 0;
  }

  /** Keeps what is done, for a run that resumes. */
  async suspend(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      throw outputError(error, this.out);
    } finally {
      await this.data.close();
      await this.index.close();
    }
  }

  /** Adds the index, writes the header, and gives the file its name. */
  async complete(): Promise<void> {
    await this.suspend();
    const [partial, indexPath] = [`${this.out}.partial`, `${this.out}.partial.index`];
    const indexStart = aligned(this.end);
    try {
      const handle = await open(partial, "r+");
      try {
        const hash = createHash("sha256");
        const { manifestBytes, csvBytes } = this.front;
        const front = { start: HEADER_BYTES, end: HEADER_BYTES + manifestBytes + csvBytes - 1 };
        for await (const chunk of createReadStream(partial, front)) hash.update(chunk as Buffer);
        let at = indexStart;
        for await (const chunk of createReadStream(indexPath) as AsyncIterable<Buffer>) {
          hash.update(chunk);
          await writeAll(handle, chunk, at);
          at += chunk.length;
        }
        if (this.count === 0) await handle.truncate(indexStart);
        await handle.datasync();
        const digest = hash.digest("hex");
        const header = { version: VERSION, ...this.front, indexStart, rows: this.count, digest };
        await writeAll(handle, headerBytes(header), 0);
      } finally {
        await handle.close();
      }
      await renameDurably(partial, this.out);
      await rm(indexPath, { force: true });
    } catch (error) {
      throw outputError(error, this.out);
    }
  }
}

/** A CSV file, or the part of a file that is one; the last byte is in it. */
export interface CsvPlace {
  path: string;
  start?: number;
  end?: number;
}

/** Writes what comes before the pictures. Returns the length of the CSV. */
async function begin(data: FileHandle, manifest: Buffer, { path, ...part }: CsvPlace): Promise<number> {
  let at = HEADER_BYTES + manifest.length;
  const start = at;
  for await (const chunk of createReadStream(path, part) as AsyncIterable<Buffer>) {
    await writeAll(data, chunk, at);
    at += chunk.length;
  }
  await writeAll(data, manifest, HEADER_BYTES);
  const header = { version: VERSION, manifestBytes: manifest.length, csvBytes: at - start };
  await writeAll(data, headerBytes({ ...header, indexStart: 0, rows: 0, digest: "" }), 0);
  await data.datasync();
  return at - start;
}

/** How far an unfinished pack is; null where there is none. */
async function resumable(
  partial: string,
  indexPath: string,
  manifest: Buffer,
): Promise<{ rows: number; end: number; csvBytes: number } | null> {
  const [data, index] = [await opened(partial), await opened(indexPath)];
  try {
    if (data === null || index === null) return null;
    const head = await data.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    if (head.bytesRead < HEADER_BYTES) return null;
    const [manifestBytes, csvBytes] = [24, 32].map((at) => Number(head.buffer.readBigUInt64LE(at)));
    const found = await data.read(Buffer.alloc(manifest.length + 1), 0, manifest.length + 1, HEADER_BYTES);
    const isSame =
      manifestBytes === manifest.length && found.buffer.subarray(0, manifest.length).equals(manifest);
    if (!isSame)
      throw new DeeplasiaError(
        "ERR_DEEPLASIA_RESUME",
        `${partial} is an unfinished pack of another cohort, contract or option`,
        {
          file: partial,
          remedy: "Give the options that it was begun with, or `overwrite: true` to discard it.",
        },
      );
    const front = HEADER_BYTES + manifestBytes! + csvBytes!;
    const whole = Math.floor((await index.stat()).size / ENTRY_BYTES);
    const size = (await data.stat()).size;
    // From the end: a power cut may have left entries that were not flushed.
    for (let rows = whole; rows > 0; rows--) {
      const { buffer } = await index.read(
        Buffer.alloc(ENTRY_BYTES),
        0,
        ENTRY_BYTES,
        (rows - 1) * ENTRY_BYTES,
      );
      const last = parseEntry(buffer);
      if (last !== null && last.offset + last.bytes <= size && (await fits(data, last)))
        return { rows, end: last.offset + last.bytes, csvBytes: csvBytes! };
    }
    return size < front ? null : { rows: 0, end: front, csvBytes: csvBytes! };
  } finally {
    await data?.close();
    await index?.close();
  }
}

async function fits(data: FileHandle, { offset, bytes, crc32: wanted }: Entry): Promise<boolean> {
  const { buffer } = await data.read(Buffer.alloc(bytes), 0, bytes, offset);
  return crc32(buffer) === wanted;
}

async function opened(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, offset + done);
    done += bytesWritten;
  }
}
