/** Why a file's content cannot be used; `decodePicture.ts` adds whose file it is. */
import { DeeplasiaError } from "../errors.js";

/** A problem with the content. */
export function unreadable(problem: string, remedy = "Export or copy it anew."): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_UNREADABLE", problem, { remedy });
}

/** A sound file of a kind that is not read: "JPEG 2000 in TIFF". */
export function unsupported(what: string, remedy = "Convert it to an 8- or 16-bit PNG."): DeeplasiaError {
  return unreadable(`not supported: ${what}`, remedy);
}
