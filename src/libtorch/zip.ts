/** Reads zip archives one entry at a time, and computes digests of the extracted files. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import yauzl, { type Entry } from "yauzl";
import { makeFolder } from "../files/makeFolder.js";

/** yauzl's promise interface, which its published types lack. */
interface ZipFile {
  eachEntry(): AsyncIterable<Entry>;
  openReadStreamPromise(entry: Entry): Promise<Readable>;
  close(): void;
}
const { openPromise } = yauzl as unknown as { openPromise(path: string, options: object): Promise<ZipFile> };

/** An open archive. */
export interface Archive {
  /** Unpacked sizes of the files by their path in the archive; directories are left out. */
  bytes: Map<string, number>;
  /** Reads a text file; null if there is none with this path. */
  text(path: string): Promise<string | null>;
}

/** The options of `extractFiles`. */
export interface ExtractOptions {
  signal?: AbortSignal | undefined;
  onBytes?: ((count: number) => void) | undefined;
}

/** An extracted file. */
export interface Extracted {
  bytes: number;
  /** As in wheels: base64url without padding. */
  sha256: string;
  /** Whether the archive's checksum matches; null on a Node without CRC-32 (before 20.15). */
  crcMatches: boolean | null;
}

/** Files are extracted in parallel, because most are small headers that spend most of their time waiting for the disk. */
const WORKERS = 4;
/** The largest text that is read into memory; RECORD, the largest in a wheel, has 2 MB. */
const MOST_TEXT_BYTES = 1 << 26;
const UNIX_TYPE = 0o170000;
const UNIX_SYMLINK = 0o120000;

/** Opens an archive, calls `use`, and closes it. @throws Error of yauzl if the file is not a complete zip */
export function withArchive<T>(path: string, use: (archive: Archive) => Promise<T>): Promise<T> {
  return withZip(path, async (zip) => {
    const entries = new Map<string, Entry>();
    for await (const entry of files(zip)) {
      // Readers differ in which of the two they use.
      if (entries.has(entry.fileName)) throw new Error(`it holds ${entry.fileName} twice`);
      entries.set(entry.fileName, entry);
    }
    return use({
      bytes: new Map([...entries].map(([name, { uncompressedSize }]) => [name, uncompressedSize])),
      text: async (name) => {
        const entry = entries.get(name);
        if (entry === undefined) return null;
        if (entry.uncompressedSize > MOST_TEXT_BYTES)
          throw new Error(`${name} has ${entry.uncompressedSize} bytes`);
        return readText(await zip.openReadStreamPromise(entry));
      },
    });
  });
}

/**
 * Extracts files of an archive, several at a time, each to a new file that is synced to disk.
 * @param targets path to write to, by path in the archive
 * @param check called with every extracted file; throws if its content is wrong
 */
export async function extractFiles(
  path: string,
  targets: ReadonlyMap<string, string>,
  check: (name: string, file: Extracted) => void,
  options: ExtractOptions,
): Promise<void> {
  const waiting = new Map(targets);
  // Each worker opens the archive itself. Streams of one yauzl handle share a queue, and a stream that is destroyed while
  // it waits there (a full disk, Ctrl-C) kills the process with an exception that cannot be caught.
  const work = async (zip: ZipFile) => {
    for await (const entry of files(zip)) {
      const target = waiting.get(entry.fileName);
      if (target === undefined) continue;
      waiting.delete(entry.fileName);
      options.signal?.throwIfAborted();
      check(entry.fileName, await extract(zip, entry, target, options));
    }
  };
  const stopOthers = (error: unknown) => {
    waiting.clear();
    throw error;
  };
  const workers = Array.from({ length: WORKERS }, () => withZip(path, work).catch(stopOthers));
  // All workers must have ended before the caller removes the files that they write.
  const ends = await Promise.allSettled(workers);
  const failure = ends.find((end) => end.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}

async function withZip<T>(path: string, use: (zip: ZipFile) => Promise<T>): Promise<T> {
  const zip = await openPromise(path, { autoClose: false, strictFileNames: true });
  try {
    return await use(zip);
  } finally {
    zip.close();
  }
}

async function* files(zip: ZipFile): AsyncGenerator<Entry> {
  for await (const entry of zip.eachEntry()) {
    if (((entry.externalFileAttributes >>> 16) & UNIX_TYPE) === UNIX_SYMLINK) {
      throw new Error(`it holds a symbolic link, ${entry.fileName}`);
    }
    if (!entry.fileName.endsWith("/")) yield entry;
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
  await makeFolder(dirname(target));
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
