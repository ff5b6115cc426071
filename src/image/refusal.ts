/** Errors about the content of a file. `decodePicture.ts` adds the name of the file. */
import { DeeplasiaError } from "../errors.js";

/** Returns an error about unreadable content. */
export function unreadable(problem: string, remedy = "Export or copy it again."): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_UNREADABLE", problem, { remedy });
}

/** Returns an error about an intact file of an unsupported kind: "JPEG 2000 in TIFF". */
export function unsupported(what: string, remedy = "Convert it to an 8- or 16-bit PNG."): DeeplasiaError {
  return unreadable(`not supported: ${what}`, remedy);
}
