/** Errors of writing, each with its cause and remedy. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { systemErrorMeaning } from "../systemErrors.js";

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

/** Returns why writing to `path` failed, and the remedy. */
export function describeFailure(error: unknown, path: string): [what: string, remedy: string] {
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
