import { DeeplasiaError } from "../../errors.js";

/** The error of settings that contradict each other, or the kind of network. */
export function contradiction(message: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", message, { remedy });
}
