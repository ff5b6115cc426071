/** The exit status of a command that ends with an error. */
import type { ErrorCode } from "../errors.js";
import { EXIT } from "./exit.js";

/** Codes of errors in what the command line gives; all others are failures. */
const USAGE_CODES: ReadonlySet<ErrorCode> = new Set([
  "ERR_DEEPLASIA_USAGE",
  "ERR_DEEPLASIA_OPTION",
  "ERR_DEEPLASIA_CONTRACT",
  "ERR_DEEPLASIA_RESUME",
]);

export function exitStatusOf(code: ErrorCode): number {
  return USAGE_CODES.has(code) ? EXIT.usage : EXIT.failure;
}
