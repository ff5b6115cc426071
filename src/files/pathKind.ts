/** What is at a path. */
import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { isSystemError, pathError } from "../errors.js";

export type PathKind = "file" | "folder" | "other";

/** Returns the size of a file in bytes; null if there is none. Throws ERR_DEEPLASIA_PATH if that cannot be found out. */
export async function pathSize(path: string): Promise<number | null> {
  return (await pathFacts(path))?.size ?? null;
}

/**
 * Returns the kind of a path, following links: `other` is a device, a pipe or a socket; null means that nothing is there.
 * Throws ERR_DEEPLASIA_PATH if that cannot be found out: a folder that may not be entered, a circle of links, a network
 * folder that is gone.
 */
export async function pathKind(path: string): Promise<PathKind | null> {
  const facts = await pathFacts(path);
  if (facts === null) return null;
  if (facts.isFile()) return "file";
  return facts.isDirectory() ? "folder" : "other";
}

/** Returns the facts of a path, following links; null if nothing is there. Throws as `pathKind`. */
export async function pathFacts(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return null;
    throw pathError(error, path);
  }
}
