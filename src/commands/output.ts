/** A model file that a command writes: in place only when it is whole, and never over another. */
import { rm } from "node:fs/promises";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { outputError, pathKind, renameDurably } from "../files.js";

/** Call early: what cannot be written is found before any work is done. Throws ERR_DEEPLASIA_OUTPUT. */
export async function requireNew(file: string, overwrite: boolean): Promise<void> {
  const kind = await pathKind(file).catch((error) => {
    throw outputError(error, file);
  });
  if (kind === null || (kind === "file" && overwrite)) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `${file} exists already`, {
    file,
    remedy: kind === "file" ? "Choose another name, or add --overwrite." : "Choose another name.",
  });
}

/** `write` makes the file under another name in the same folder. Throws ERR_DEEPLASIA_OUTPUT. */
export async function writeModelFile(
  file: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    await write(temporary);
    await renameDurably(temporary, file);
  } catch (error) {
    throw toDeeplasiaError(error).at({ file });
  } finally {
    await rm(temporary, { force: true });
  }
}
