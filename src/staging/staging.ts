/**
 * Copies pictures and masks to node-local scratch before they are read.
 *
 * No result depends on a copy: a file whose copy is missing or damaged is read from its original place, and errors name
 * the original files.
 */

import type { Logger } from "../console/logger.js";
import { mapInOrder } from "../data/mapInOrder.js";
import type { Sample } from "../data/sample.js";
import { DeeplasiaError } from "../errors.js";
import { freeBytes } from "../files/freeBytes.js";
import { outputError } from "../files/outputError.js";
import { type ReadPicture, readAnew } from "../image/readPicture.js";
import { plural } from "../plural.js";
import { LEFT_FREE, type Scratch, whyNotWorth } from "./scratch.js";
import { StagingFolder } from "./stagingFolder.js";

/** The options of `stage`. */
export interface StagingOptions {
  scratch: Scratch;
  /** Streams the paths of the files, from the start at each call. Paths may repeat. */
  files(): AsyncIterable<string>;
  /** The number of files that are copied at once. */
  workers: number;
  /** Stops copying. */
  signal?: AbortSignal | undefined;
  logger: Logger;
}

/** A reader that prefers the copies; disposing it leaves the folder of copies. */
export interface Staged extends AsyncDisposable {
  read: ReadPicture;
}

/** Streams the files of usable samples. */
export async function* filesOfSamples(
  samples: AsyncIterable<Sample> | Iterable<Sample>,
): AsyncGenerator<string> {
  for await (const sample of samples) {
    if ("error" in sample) continue;
    yield sample.imagePath;
    if (sample.maskPath !== null) yield sample.maskPath;
  }
}

/**
 * Copies files to scratch. Resolves to null if copies gain nothing, or if they fail and no option named the folder.
 *
 * Throws ERR_DEEPLASIA_OUTPUT if an option named the folder and it is full or not writable.
 */
export async function stage(options: StagingOptions): Promise<Staged | null> {
  const { scratch, logger } = options;
  try {
    return await copyAll(options);
  } catch (error) {
    const failure = outputError(error, scratch.folder);
    if (scratch.asked) throw failure;
    logger.warn(`pictures are read without a copy on $TMPDIR: ${failure.message}`);
    return null;
  }
}

async function copyAll({ scratch, files, workers, signal, logger }: StagingOptions): Promise<Staged | null> {
  const reason = scratch.asked ? null : await firstReason(scratch.folder, files());
  if (reason !== null) {
    logger.info(`pictures are read without a copy: $TMPDIR (${scratch.folder}) ${reason}`);
    return null;
  }
  const folder = await StagingFolder.open(scratch.folder);
  try {
    await requireRoom(scratch.folder, await bytesMissing(folder, files(), workers));
    const start = performance.now();
    let copied = 0;
    for await (const isNew of mapInOrder(until(files(), signal), workers, (file) => folder.copy(file)))
      if (isNew) copied += 1;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    logger.info(`${plural(copied, "file")} copied to ${folder.path} in ${seconds} s`);
  } catch (error) {
    await folder.leave();
    throw error;
  }
  return { read: readerOf(folder), [Symbol.asyncDispose]: () => folder.leave() };
}

async function firstReason(folder: string, files: AsyncIterable<string>): Promise<string | null> {
  for await (const file of files) return whyNotWorth(folder, file);
  return "is not needed, because there are no pictures";
}

async function bytesMissing(folder: StagingFolder, files: AsyncIterable<string>, workers: number) {
  let sum = 0;
  for await (const bytes of mapInOrder(files, workers, (file) => folder.bytesMissing(file))) sum += bytes;
  return sum;
}

async function requireRoom(folder: string, needed: number): Promise<void> {
  const free = Math.max(0, (await freeBytes(folder)) - LEFT_FREE);
  if (needed <= free) return;
  const inMegabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OUTPUT",
    `cannot copy the pictures to ${folder}: they need ${inMegabytes(needed)}, and ${inMegabytes(free)} are free`,
    { file: folder, remedy: 'Free some space there, or give another `scratch`, or `scratch: "none"`.' },
  );
}

async function* until<T>(items: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  for await (const item of items) {
    if (signal?.aborted) return;
    yield item;
  }
}

function readerOf(folder: StagingFolder): ReadPicture {
  return async (source, role) => {
    if (typeof source !== "string") return readAnew(source, role);
    try {
      return await readAnew(folder.pathOf(source), role);
    } catch {
      return readAnew(source, role);
    }
  };
}
