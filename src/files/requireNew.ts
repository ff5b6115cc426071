/** A model file that is to be written: never over another by mistake. */
import { DeeplasiaError } from "../errors.js";
import { outputError } from "./outputError.js";
import { pathKind } from "./pathKind.js";

/** Call early, so that a file that cannot be written is found before any work is done. Throws ERR_DEEPLASIA_OUTPUT. */
export async function requireNew(file: string, overwrite: boolean): Promise<void> {
  const kind = await pathKind(file).catch((error) => {
    throw outputError(error, file);
  });
  if (kind === null || (kind === "file" && overwrite)) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `${file} exists already`, {
    file,
    remedy:
      kind === "file"
        ? "Choose another name, or add `overwrite: true` to replace it."
        : "Choose another name.",
  });
}
