/**
 * Important files are written beside their final name, flushed and renamed, so that a killed process or a full disk leaves
 * either the old file or the new one.
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, type Stats } from "node:fs";
import { type FileHandle, link, mkdir, open, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { DeeplasiaError, isSystemError, pathError, toDeeplasiaError } from "./errors.js";
import { systemCodeIn, systemErrorMeaning } from "./systemErrors.js";
import { openTemporary } from "./temporaryFiles.js";

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
 * Throws `ERR_DEEPLASIA_OUTPUT`, and what `write` throws.
 */
export async function writeBeside(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = await writeTemporary(path, "");
  try {
    await write(temporary);
    await renameDurably(temporary, path);
  } catch (error) {
    await removeQuietly(temporary);
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

/** Flush a finished file, give it its final name, and flush the folder so that the name survives a power cut too. */
export async function renameDurably(from: string, to: string): Promise<void> {
  try {
    await sync(from);
    await rename(from, to);
    await syncFolder(dirname(to));
  } catch (error) {
    throw outputError(error, to);
  }
}

/** Flush a folder's list of names. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    await sync(folder);
  } catch (error) {
    // Some network file systems cannot flush a folder; their rename is as durable as it gets.
    if (!isSystemError(error, "EINVAL", "ENOTSUP")) throw error;
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes a folder and its parents, unless they exist. Node's recursive mkdir is not used, because it never returns on a file
 * system that has a folder but accepts none in it (procfs, some of FUSE). Throws ERR_DEEPLASIA_OUTPUT.
 */
export async function makeFolder(path: string): Promise<void> {
  for (const folder of await missingFolders(path)) {
    try {
      await mkdir(folder);
    } catch (error) {
      // Another process may have made it this moment.
      if (isSystemError(error, "EEXIST") && (await pathKind(folder)) === "folder") continue;
      throw folderError(error, path, folder);
    }
  }
}

/** Make the folder that a file shall lie in. Throws ERR_DEEPLASIA_OUTPUT. */
export async function makeFolderOf(file: string): Promise<void> {
  await makeFolder(dirname(file));
}

/** Returns which of a folder and its parents are missing, topmost first. Throws ERR_DEEPLASIA_OUTPUT. */
async function missingFolders(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const kind = await pathKind(folder).catch((error) => {
      throw folderError(error, path, folder);
    });
    if (kind === "folder") return missing;
    if (kind !== null) throw folderError(Object.assign(new Error(), { code: "EEXIST" }), path, folder);
    missing.unshift(folder);
  }
}

/** `folder` is the one of `path` that could not be made. */
function folderError(error: unknown, path: string, folder: string): DeeplasiaError {
  const [what, remedy] = isSystemError(error, "ENOENT")
    ? [`the file system of ${dirname(folder)} takes no new folders`, "Choose another place."]
    : isSystemError(error, "EEXIST")
      ? [`${folder} is there and is no folder`, "Correct the path."]
      : error instanceof DeeplasiaError
        ? [error.message, error.remedy ?? "Choose another place."]
        : describeFailure(error, folder);
  return new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `cannot make the folder ${path}: ${what}`, {
    file: path,
    remedy,
    cause: error,
  });
}

export type PathKind = "file" | "folder" | "other";

/** Returns the size of a file in bytes; null if there is none. Throws ERR_DEEPLASIA_PATH if that cannot be found out. */
export async function pathSize(path: string): Promise<number | null> {
  return (await factsOf(path))?.size ?? null;
}

/**
 * Returns the kind of a path, following links: `other` is a device, a pipe or a socket; null means that nothing is there.
 * Throws ERR_DEEPLASIA_PATH if that cannot be found out: a folder that may not be entered, a circle of links, a network
 * folder that is gone.
 */
export async function pathKind(path: string): Promise<PathKind | null> {
  const facts = await factsOf(path);
  if (facts === null) return null;
  if (facts.isFile()) return "file";
  return facts.isDirectory() ? "folder" : "other";
}

async function factsOf(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return null;
    throw pathError(error, path);
  }
}

/** Throws ERR_DEEPLASIA_OUTPUT if the output is one of the inputs, under whatever path. */
export async function refuseInput(output: string, inputs: readonly (string | undefined)[]): Promise<void> {
  const written = output === "-" ? null : await factsOf(output);
  if (written?.isFile() !== true) return;
  for (const input of inputs) {
    const read = input === undefined ? null : await factsOf(input).catch(() => null);
    if (read === null || read.ino !== written.ino || read.dev !== written.dev) continue;
    throw new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `cannot write ${output}: it is also an input`, {
      file: output,
      remedy: "Give the output another name.",
    });
  }
}

/** SHA-256 of a file's bytes, in hex; streamed, so of any size. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** Returns the error for a failed write to `path`; `afterwards` is added to its remedy. */
export function outputError(error: unknown, path: string, afterwards = ""): DeeplasiaError {
  if (error instanceof DeeplasiaError) return error;
  const [what, remedy] = describeFailure(error, path);
  return new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `cannot write ${path}: ${what}`, {
    file: path,
    remedy: afterwards === "" ? remedy : `${remedy} ${afterwards}`,
    cause: error,
  });
}

function describeFailure(error: unknown, path: string): [what: string, remedy: string] {
  const folder = dirname(path);
  if (isSystemError(error, "ENOSPC", "EDQUOT", "EFBIG")) {
    return ["the disk (or your quota on it) is full", "Free some space there or choose another place."];
  }
  if (isSystemError(error, "EROFS")) {
    return [`${folder} is on a read-only file system`, "Choose another place."];
  }
  if (isSystemError(error, "EACCES", "EPERM")) {
    return ["permission denied", `Choose another place, or get permission to write in ${folder}.`];
  }
  if (isSystemError(error, "ENOENT") && existsSync(folder)) {
    return [`the file system of ${folder} takes no new files`, "Choose another place."];
  }
  if (isSystemError(error, "ENOENT")) {
    return [`there is no folder ${folder}`, `Make it (mkdir -p '${folder}') or correct the path.`];
  }
  if (isSystemError(error, "ENOTDIR")) {
    return [`${folder} is not a folder`, "Correct the path."];
  }
  if (isSystemError(error, "EISDIR")) {
    return ["it is a folder", "Give the name of a file in it."];
  }
  const [what = error instanceof Error ? error.message : String(error)] = systemErrorMeaning(error) ?? [];
  return [what, "Choose another place."];
}

/** Returns how many bytes an ordinary user may still write there. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
