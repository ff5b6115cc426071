/** Folders for files that are to be written. */
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { describeFailure } from "./outputError.js";
import { pathKind } from "./pathKind.js";

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
