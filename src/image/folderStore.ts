/** A cache folder of decoded pictures, one file each: a header, then the samples. Processes may share it. */
import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Logger } from "../console/logger.js";
import { makeFolder } from "../files/makeFolder.js";
import { outputError } from "../files/outputError.js";
import { type DecodedPicture, MAX_PIXELS } from "./decodedPicture.js";
import { NOTE_KINDS, type PictureNote } from "./pictureNote.js";
import type { CacheKey, PictureStore } from "./pictureStore.js";
import { type LentPicture, lentOnce } from "./readPicture.js";

/** Opens a cache folder, and makes it if necessary. Throws ERR_DEEPLASIA_OUTPUT. */
export async function openFolderStore(folder: string, logger: Logger): Promise<PictureStore> {
  await makeFolder(folder);
  return new FolderStore(folder, logger);
}

class FolderStore implements PictureStore {
  /** Set after a failed write, most likely on a full disk. Nothing more is stored then. */
  private isFull = false;

  constructor(
    private readonly folder: string,
    private readonly logger: Logger,
  ) {}

  /** Resolves to the stored picture; null if there is none, or if a power cut left it incomplete or damaged. */
  async find(key: CacheKey): Promise<LentPicture | null> {
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

  async keep(key: CacheKey, picture: DecodedPicture): Promise<LentPicture> {
    const file = this.fileOf(key);
    const partial = `${file}.${randomUUID()}`;
    if (!this.isFull) {
      try {
        await writeFile(partial, [header(picture), picture.data], { flag: "wx" });
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

const MAGIC = "deeplasia picture 3";
const HEADER_BYTES = 1024;

function header({ data, ...facts }: DecodedPicture): Buffer {
  const text = `${MAGIC} ${JSON.stringify({ ...facts, sha1: sha1(data) })}`;
  return Buffer.alloc(HEADER_BYTES, " ").fill(text, 0, Buffer.byteLength(text));
}

const sha1 = (data: Uint8Array) => createHash("sha1").update(data).digest("hex");

const headerSchema = z.strictObject({
  width: z.int().min(1),
  height: z.int().min(1),
  channels: z.literal([1, 3]),
  depth: z.literal([8, 16]),
  luma: z.literal(["png", "cvt"]),
  orientation: z.int().min(1).max(8),
  notes: z.array(
    z.object({ kind: z.enum(Object.keys(NOTE_KINDS) as PictureNote["kind"][]), text: z.string() }),
  ),
  sha1: z.string(),
});

/** Reads a stored picture; null if the file is incomplete or damaged. */
async function readPicture(handle: FileHandle): Promise<DecodedPicture | null> {
  const head = Buffer.alloc(HEADER_BYTES);
  await handle.read(head, 0, HEADER_BYTES, 0);
  const text = head.toString();
  if (!text.startsWith(MAGIC)) return null;
  const { sha1: expected, ...facts } = headerSchema.parse(JSON.parse(text.slice(MAGIC.length)));
  const length = (facts.width * facts.height * facts.channels * facts.depth) / 8;
  // Checked before memory is allocated, because a damaged header may hold any size.
  const isWhole =
    facts.width * facts.height <= MAX_PIXELS && (await handle.stat()).size === HEADER_BYTES + length;
  if (!isWhole) return null;
  // Separate memory, not a part of Node's pool, so that it can be released.
  const data = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await handle.read(data, 0, length, HEADER_BYTES);
  return bytesRead === length && sha1(data) === expected ? { ...facts, data } : null;
}
