/** Renames that survive a power cut. */
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { isSystemError } from "../errors.js";
import { outputError } from "./outputError.js";

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
