/**
 * Important files are written beside their final name, flushed and renamed, so that a killed process or a full disk leaves
 * either the old file or the new one.
 */
import { type FileHandle, link, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DeeplasiaError, isSystemError, toDeeplasiaError } from "../errors.js";
import { systemCodeIn } from "../systemErrors.js";
import { openTemporary } from "../temporaryFiles.js";
import { makeFolder } from "./makeFolder.js";
import { outputError } from "./outputError.js";
import { renameDurably } from "./renameDurably.js";

/**
 * Write a file so that it appears under its name complete or not at all; its folder is made where there is none.
 * Throws `ERR_DEEPLASIA_OUTPUT`.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = await writeTemporary(path, data);
  try {
    await renameDurably(temporary, path);
  } catch (error) {
    await removeQuietly(temporary);
    throw error;
  }
}

/**
 * The same for a file that something else writes: `write` fills an empty one under another name in the same folder.
 * Throws `ERR_DEEPLASIA_OUTPUT`, what `write` throws, and the reason of a signal that is aborted by then.
 */
export async function writeBeside(
  path: string,
  write: (temporary: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = await writeTemporary(path, "");
  try {
    await write(temporary);
    signal?.throwIfAborted();
    await renameDurably(temporary, path);
  } catch (error) {
    await removeQuietly(temporary);
    signal?.throwIfAborted();
    const failure = toDeeplasiaError(error);
    const { code, message, file = path, remedy, cause } = failure;
    if (code !== "ERR_DEEPLASIA_OUTPUT" || remedy !== undefined)
      throw new DeeplasiaError(code, message, { file, remedy, cause });
    throw outputError(Object.assign(new Error(message, { cause }), { code: systemCodeIn(message) }), path);
  }
}

/**
 * Make a file that must not be there yet; it has its content when it gets its name, where the file system has hard
 * links. False if there is one already. Throws `ERR_DEEPLASIA_OUTPUT`; the folder must be there.
 */
export async function createFile(path: string, data: string): Promise<boolean> {
  const temporary = await writeTemporary(path, data);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    // ENOENT: another process was first, and has removed this temporary file as a leftover.
    if (isSystemError(error, "EEXIST", "ENOENT")) return false;
    if (isSystemError(error, ...NO_LINKS)) return await createInPlace(path, data);
    throw outputError(error, path);
  } finally {
    await removeQuietly(temporary);
  }
}

/** Error codes of file systems without hard links (exFAT, some of FUSE, some network shares). */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"];

async function createInPlace(path: string, data: string): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await open(path, "wx");
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return false;
    throw outputError(error, path);
  }
  try {
    await handle.writeFile(data);
    return true;
  } catch (error) {
    await removeQuietly(path);
    throw outputError(error, path);
  } finally {
    await handle.close();
  }
}

async function writeTemporary(path: string, data: string | Uint8Array): Promise<string> {
  let name: string | undefined;
  try {
    const { temporary, handle } = await openTemporary(path);
    name = temporary;
    try {
      await handle.writeFile(data);
    } finally {
      await handle.close();
    }
    return temporary;
  } catch (error) {
    if (name !== undefined) await removeQuietly(name);
    throw outputError(error, path);
  }
}

/** Removes a file after a failure; a second failure adds no information. */
async function removeQuietly(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => {});
}
