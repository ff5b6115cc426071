/**
 * Keeps decoded pictures from one epoch to the next, because decoding takes most of the time of a training picture.
 * Pictures that fit are kept for good. Evicting the oldest would never give a hit, because every epoch reads every picture
 * once.
 */
import { stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { resolve } from "node:path";
import { type Logger, silentLogger } from "../console/logger.js";
import type { DataSettings } from "../options/train/dataSettings.js";
import { plural } from "../plural.js";
import type { DecodedPicture } from "./decodedPicture.js";
import { openFolderStore } from "./folderStore.js";
import type { CacheKey, PictureStore } from "./pictureStore.js";
import { type LentPicture, lentOnce, type ReadPicture, readAnew } from "./readPicture.js";
import { shrunk } from "./shrink.js";

/** The options of `openPictureCache`. */
export interface CacheOptions {
  /** Limit for pictures in memory, bytes; by default half of the memory that this process may use. */
  memoryLimit?: number;
  /** Warned once when no more pictures are kept. */
  logger?: Logger;
  /** Reads pictures that are not in the cache; by default decodes the file. */
  read?: ReadPicture | undefined;
}

function defaultMemoryLimit(): number {
  const allowed = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return Math.min(allowed, totalmem()) / 2;
}

/**
 * Returns a reader with the cache that the settings request, or without one.
 *
 * Throws ERR_DEEPLASIA_OUTPUT for a folder that cannot be made.
 */
export async function openPictureCache(
  { use_cache, cache_dir, cache_size }: Pick<DataSettings, "use_cache" | "cache_dir" | "cache_size">,
  { memoryLimit = defaultMemoryLimit(), logger = silentLogger, read = readAnew }: CacheOptions = {},
): Promise<ReadPicture> {
  if (!use_cache) return read;
  const store =
    cache_dir === null ? new MemoryStore(memoryLimit, logger) : await openFolderStore(cache_dir, logger);
  return async (source, role) => {
    if (typeof source !== "string") return read(source, role);
    const key = await keyOf(source, role, cache_size);
    const found = key && (await store.find(key));
    if (found) return found;
    const { picture: decoded } = await read(source, role);
    const picture = cache_size === null ? decoded : await shrunk(decoded, role, cache_size);
    return key === null ? lentOnce(picture) : store.keep(key, picture);
  };
}

/** Resolves to the key of a file; null if the file does not exist, which decoding reports. */
async function keyOf(path: string, role: string, longerSide: number | null): Promise<CacheKey | null> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) return null;
  return {
    name: `${role} ${resolve(path)}`,
    state: `${facts.size} bytes, ${facts.mtimeMs} ms, ${longerSide ?? "whole"}`,
  };
}

/** Keeps pictures in the memory of this process. */
class MemoryStore implements PictureStore {
  private readonly kept = new Map<string, { state: string; picture: DecodedPicture }>();
  private bytes = 0;
  private isFull = false;

  constructor(
    private readonly limit: number,
    private readonly logger: Logger,
  ) {}

  async find({ name, state }: CacheKey): Promise<LentPicture | null> {
    const found = this.kept.get(name);
    return found?.state === state ? lentAgain(found.picture) : null;
  }

  async keep({ name, state }: CacheKey, picture: DecodedPicture): Promise<LentPicture> {
    // A caller may still read the earlier state, so its memory is left to the garbage collector.
    const replaced = this.kept.get(name)?.picture.data.byteLength ?? 0;
    const bytes = this.bytes - replaced + picture.data.byteLength;
    if (bytes > this.limit) {
      this.warnFull();
      return lentOnce(picture);
    }
    this.bytes = bytes;
    this.kept.set(name, { state, picture });
    return lentAgain(picture);
  }

  private warnFull(): void {
    if (!this.isFull) {
      const size = `${(this.bytes / 2 ** 30).toFixed(1)} GiB of ${(this.limit / 2 ** 30).toFixed(1)}`;
      this.logger.warn(
        `${plural(this.kept.size, "picture is", "pictures are")} cached, ${size}; the others are decoded in every epoch`,
      );
    }
    this.isFull = true;
  }
}

/** Lends a picture that stays in the cache. */
const lentAgain = (picture: DecodedPicture): LentPicture => ({ picture, giveBack() {} });
