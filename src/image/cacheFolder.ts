/** A folder of decoded pictures, one a file: a header, then the samples. Processes may share it. */
import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, outputError } from "../files.js";
import type { RawPicture } from "../native.js";
import type { Logger } from "../report/log.js";
import type { CacheKey, PictureStore } from "./cache.js";
import { type Lent, lentOnce } from "./read.js";

/** Throws ERR_DEEPLASIA_OUTPUT. */
export async function openFolderStore(folder: string, logger: Logger): Promise<PictureStore> {
  await makeFolder(folder);
  return new FolderStore(folder, logger);
}

class FolderStore implements PictureStore {
  /** After a write that failed, a full disk most likely, nothing more is kept. */
  private isFull = false;
  private written = 0;

  constructor(
    private readonly folder: string,
    private readonly logger: Logger,
  ) {}

  /** Null too for a file that is not whole, as a power cut may leave it. */
  async find(key: CacheKey): Promise<Lent | null> {
    const handle = await open(this.fileOf(key)).catch(() => null);
    if (handle === null) return null;
    try {
      const picture = await readPicture(handle);
      return picture && lentOnce(picture);
    } catch {
      return null;
    } finally {
      await handle.close();
    }
  }

  async keep(key: CacheKey, picture: RawPicture): Promise<Lent> {
    const file = this.fileOf(key);
    const partial = `${file}.${process.pid}-${this.written++}`;
    if (!this.isFull) {
      try {
        await writeFile(partial, [header(picture), picture.data]);
        await rename(partial, file);
      } catch (error) {
        if (!this.isFull)
          this.logger.warn(`no more pictures are cached: ${outputError(error, file).message}`);
        this.isFull = true;
        await rm(partial, { force: true }).catch(() => {});
      }
    }
    return lentOnce(picture);
  }

  private fileOf({ name, state }: CacheKey): string {
    return join(this.folder, createHash("sha256").update(`${name}\0${state}`).digest("hex"));
  }
}

const MAGIC = "deeplasia picture";
const HEADER_BYTES = 128;

function header({ data: _, ...facts }: RawPicture): Buffer {
  return Buffer.from(`${MAGIC} ${JSON.stringify(facts)}`.padEnd(HEADER_BYTES));
}

/** Null unless the file is whole. */
async function readPicture(handle: FileHandle): Promise<RawPicture | null> {
  const head = Buffer.alloc(HEADER_BYTES);
  await handle.read(head, 0, HEADER_BYTES, 0);
  const text = head.toString();
  if (!text.startsWith(MAGIC)) return null;
  const facts: Omit<RawPicture, "data"> = JSON.parse(text.slice(MAGIC.length));
  const length = (facts.width * facts.height * facts.channels * facts.depth) / 8;
  // Memory of its own, not a part of Node's pool, so that it can be given back.
  const data = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await handle.read(data, 0, length, HEADER_BYTES);
  return bytesRead === length ? { ...facts, data } : null;
}
