/** One process at a time writes an output. */
import { basename, dirname } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { outputError } from "../files/outputError.js";
import { type Lock, lockFile } from "../lock.js";
import { removeLeftovers } from "../temporaryFiles.js";
import type { OutputOptions } from "./outputOptions.js";
import { outputPaths } from "./outputPaths.js";

/**
 * Make the files that are to be written, an ensemble's members' too, this process's own until the lock is released: two
 * that write one would spoil it.
 *
 * Throws `ERR_DEEPLASIA_OUTPUT`, which names the process that writes it, or says why it cannot be written.
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

/** Of writes that a kill has cut short. */
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
