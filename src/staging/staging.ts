/**
 * Pictures and masks copied to node-local scratch before they are read.
 *
 * Nothing depends on a copy: one that is missing or damaged is read from where it came, so a prediction is the same with
 * and without, and errors name the user's own files.
 */

import type { Logger } from "../console/logger.js";
import { mapInOrder } from "../data/mapInOrder.js";
import type { Sample } from "../data/sample.js";
import { DeeplasiaError } from "../errors.js";
import { freeBytes, outputError } from "../files.js";
import { type ReadPicture, readAnew } from "../image/readPicture.js";
import { plural } from "../plural.js";
import { LEFT_FREE, type Scratch, whyNotWorth } from "./scratch.js";
import { StagingFolder } from "./stagingFolder.js";

export interface StagingOptions {
  scratch: Scratch;
  /** Paths of the files, anew at each call; twice the same does no harm. */
  files(): AsyncIterable<string>;
  /** Files copied at once. */
  workers: number;
  /** Ends the copying. */
  signal?: AbortSignal | undefined;
  logger: Logger;
}

export interface Staged extends AsyncDisposable {
  read: ReadPicture;
}

/** The files of rows; of those that cannot be used there are none. */
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
 * Copy files to scratch. Null if nothing would be gained, or if it cannot be done and nobody asked for it by name.
 *
 * Throws ERR_DEEPLASIA_OUTPUT for a scratch that was asked for and is full or cannot be written.
 */
export async function stage(options: StagingOptions): Promise<Staged | null> {
  const { scratch, logger } = options;
  try {
    return await copyAll(options);
  } catch (error) {
    const failure = outputError(error, scratch.folder);
    if (scratch.asked) throw failure;
    logger.warn(`pictures are read where they are, without a copy on $TMPDIR: ${failure.message}`);
    return null;
  }
}

async function copyAll({ scratch, files, workers, signal, logger }: StagingOptions): Promise<Staged | null> {
  const reason = scratch.asked ? null : await firstReason(scratch.folder, files());
  if (reason !== null) {
    logger.info(`pictures are read where they are: $TMPDIR (${scratch.folder}) ${reason}`);
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
  return "is not needed, there are none";
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
    `cannot copy the pictures to ${folder}: they take ${inMegabytes(needed)}, and ${inMegabytes(free)} are free`,
    { file: folder, remedy: "Free some space there, choose another --scratch, or --scratch none." },
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
