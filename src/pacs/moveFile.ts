/** Moves a file to a place of its own: no other file is written over. */
import { copyFile, rm } from "node:fs/promises";
import { extname } from "node:path";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { makeFolderOf } from "../files/makeFolder.js";
import { pathKind } from "../files/pathKind.js";
import { renameDurably } from "../files/renameDurably.js";
import { sha256OfFile } from "../files/sha256OfFile.js";
import { writeBeside } from "../files/writeFileAtomic.js";

/** Returns `path`, or, where another file than `file` has that name, the name with a part of the file's digest. */
export async function placeFor(file: string, path: string): Promise<string> {
  if ((await pathKind(path)) === null) return path;
  const digest = await sha256OfFile(file);
  if ((await pathKind(path)) === "file" && (await sha256OfFile(path)) === digest) return path;
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}.${digest.slice(0, 16)}${extension}`;
}

/** Throws ERR_DEEPLASIA_OUTPUT. */
export async function moveFile(from: string, to: string): Promise<void> {
  await makeFolderOf(to);
  try {
    await renameDurably(from, to);
  } catch (error) {
    // Another file system.
    if (!(error instanceof DeeplasiaError && isSystemError(error.cause, "EXDEV"))) throw error;
    await writeBeside(to, (temporary) => copyFile(from, temporary));
    await rm(from, { force: true });
  }
}
