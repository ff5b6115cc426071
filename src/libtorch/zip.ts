/** Reading zip archives one entry at a time, with a digest of what was written. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import yauzl, { type Entry } from "yauzl";

/** yauzl's promise interface, which its published types do not know yet. */
interface ZipFile {
  eachEntry(): AsyncIterable<Entry>;
  openReadStreamPromise(entry: Entry): Promise<Readable>;
  close(): void;
}
const { openPromise } = yauzl as unknown as { openPromise(path: string, options: object): Promise<ZipFile> };

export interface Archive {
  /** Files by their path in the archive; directories are left out. */
  entries: Map<string, Entry>;
  text(path: string): Promise<string | null>;
  /** Write one entry to a new file, synced to disk. */
  extract(entry: Entry, target: string, options: ExtractOptions): Promise<Extracted>;
}

export interface ExtractOptions {
  signal?: AbortSignal | undefined;
  onBytes?: ((count: number) => void) | undefined;
}

export interface Extracted {
  bytes: number;
  /** As wheels write it: base64url without padding. */
  sha256: string;
  /** Whether the archive's own checksum holds; null on a Node without CRC-32 (before 20.15). */
  crcMatches: boolean | null;
}

const UNIX_TYPE = 0o170000;
const UNIX_SYMLINK = 0o120000;

/** Open an archive, use it, close it. @throws Error of yauzl where the file is no complete zip. */
export async function withArchive<T>(path: string, use: (archive: Archive) => Promise<T>): Promise<T> {
  const zip = await openPromise(path, { autoClose: false, strictFileNames: true });
  try {
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) {
      if (((entry.externalFileAttributes >>> 16) & UNIX_TYPE) === UNIX_SYMLINK) {
        throw new Error(`it holds a symbolic link, ${entry.fileName}`);
      }
      if (!entry.fileName.endsWith("/")) entries.set(entry.fileName, entry);
    }
    return await use({
      entries,
      text: async (name) => {
        const entry = entries.get(name);
        return entry === undefined ? null : readText(await zip.openReadStreamPromise(entry));
      },
      extract: (entry, target, options) => extract(zip, entry, target, options),
    });
  } finally {
    zip.close();
  }
}

async function readText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function extract(
  zip: ZipFile,
  entry: Entry,
  target: string,
  options: ExtractOptions,
): Promise<Extracted> {
  await mkdir(dirname(target), { recursive: true });
  const hash = createHash("sha256");
  let bytes = 0;
  let crc = 0;
  await pipeline(
    await zip.openReadStreamPromise(entry),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        if (zlib.crc32 !== undefined) crc = zlib.crc32(chunk, crc);
        bytes += chunk.length;
        options.onBytes?.(chunk.length);
        yield chunk;
      }
    },
    createWriteStream(target, { flags: "wx", flush: true }),
    options.signal === undefined ? {} : { signal: options.signal },
  );
  const crcMatches = zlib.crc32 === undefined ? null : crc === entry.crc32;
  return { bytes, sha256: hash.digest("base64url"), crcMatches };
}
