/** Locks an output, so that one process at a time writes it. */
import { basename, dirname } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { outputError } from "../files/outputError.js";
import { type Lock, lockFile } from "../lock.js";
import { removeLeftovers } from "../temporaryFiles.js";
import type { OutputOptions } from "./outputOptions.js";
import { outputPaths } from "./outputPaths.js";

/**
 * Locks the files that are to be written, those of an ensemble's members too, for this process until the lock is released.
 *
 * Throws `ERR_DEEPLASIA_OUTPUT`, which names the process that writes it, or the reason why it cannot be written.
 */
export async function lockOutput({
  path,
  memberFiles = [],
}: Pick<OutputOptions, "path" | "memberFiles">): Promise<Lock> {
  // In order: of two processes that want some of the same locks one gets all that it wants.
  const paths = [path, ...memberFiles.map((file) => file.path)].sort();
  const locks: Lock[] = [];
  const release = async () => {
    for (const lock of locks.splice(0).reverse()) await lock.release();
  };
  try {
    for (const file of paths) {
      locks.push(await lockOne(file));
      await removeLeftoversOf(file);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { release, [Symbol.asyncDispose]: release };
}

/** Removes temporary files of writes that were killed. */
async function removeLeftoversOf(path: string): Promise<void> {
  const names = Object.values(outputPaths(path)).map((file) => basename(file));
  await removeLeftovers(dirname(path), (name) => names.includes(name));
}

async function lockOne(path: string): Promise<Lock> {
  const { lock } = outputPaths(path);
  try {
    return await lockFile(lock, path);
  } catch (error) {
    throw outputError(causeOf(error, lock), path);
  }
}

/** Errors name the output that the user asked for, not the file `beside` it that could not be written. */
export function causeOf(error: unknown, beside: string): unknown {
  return error instanceof DeeplasiaError && error.file === beside ? (error.cause ?? error) : error;
}
