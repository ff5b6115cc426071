/**
 * Decoded pictures kept from one epoch to the next: decoding is most of what a training picture costs. What fits is kept
 * and stays; making room by giving up the oldest would, with every picture read once an epoch, never find any.
 */

import { stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { resolve } from "node:path";
import { type Logger, silentLogger } from "../console/logger.js";
import type { DataSettings } from "../options/train/dataSettings.js";
import { plural } from "../plural.js";
import type { DecodedPicture } from "./decodePicture.js";
import { openFolderStore } from "./folderStore.js";
import { type LentPicture, lentOnce, type ReadPicture, readAnew } from "./readPicture.js";
import { shrunk } from "./shrink.js";

/** Where pictures are kept. */
export interface PictureStore {
  /** The picture kept under the key, if there is one. */
  find(key: CacheKey): Promise<LentPicture | null>;
  /** Keep a picture, or not; what was decoded goes on from here as it was lent. Never throws. */
  keep(key: CacheKey, picture: DecodedPicture): Promise<LentPicture>;
}

export interface CacheKey {
  /** Which picture: what it is read as, and its absolute path. */
  name: string;
  /** Of which state of it: size and time of the file, and the longer side that it is shrunk to. */
  state: string;
}

export interface CacheOptions {
  /** For pictures in memory, bytes; half of what this process may use if absent. */
  memoryLimit?: number;
  /** Told once when no more pictures are kept. */
  logger?: Logger;
  /** Reads what is not kept; decodes the file itself if absent. */
  read?: ReadPicture | undefined;
}

function defaultMemoryLimit(): number {
  const allowed = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return Math.min(allowed, totalmem()) / 2;
}

/**
 * A reader with the cache that the settings ask for, or without one.
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

/** Null for a file that is not there; decoding it says so better. */
async function keyOf(path: string, role: string, longerSide: number | null): Promise<CacheKey | null> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) return null;
  return {
    name: `${role} ${resolve(path)}`,
    state: `${facts.size} bytes, ${facts.mtimeMs} ms, ${longerSide ?? "whole"}`,
  };
}

/** Pictures in this process's memory. */
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
    // An earlier state may be lent at this moment, so its memory is left to the garbage collector.
    const replaced = this.kept.get(name)?.picture.data.byteLength ?? 0;
    const bytes = this.bytes - replaced + picture.data.byteLength;
    if (bytes > this.limit) {
      this.sayFull();
      return lentOnce(picture);
    }
    this.bytes = bytes;
    this.kept.set(name, { state, picture });
    return lentAgain(picture);
  }

  private sayFull(): void {
    if (!this.isFull) {
      const size = `${(this.bytes / 2 ** 30).toFixed(1)} GiB of ${(this.limit / 2 ** 30).toFixed(1)}`;
      this.logger.warn(
        `${plural(this.kept.size, "picture is", "pictures are")} cached, ${size}; the others are decoded in every epoch`,
      );
    }
    this.isFull = true;
  }
}

/** A picture that stays. */
const lentAgain = (picture: DecodedPicture): LentPicture => ({ picture, giveBack() {} });
