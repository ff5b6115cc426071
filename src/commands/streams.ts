/** Standard output and standard error of a command, and what happens when they cannot be written. */
import { closeSync, fstatSync } from "node:fs";
import { isatty } from "node:tty";
import { isSystemError } from "../errors.js";
import { outputError } from "../files/outputError.js";

/**
 * Messages on stderr are for a person. A failure to write them (a full disk, a closed terminal, `2>&1 | head`) must not end
 * the work.
 *
 * stdout has the result, so losing it is a failure. Returns a function that resolves to that failure, or to null if
 * everything was written or the reader, such as `head`, closed the pipe.
 */
export function guardStreams(): () => Promise<Error | null> {
  let failure: Error | null = null;
  process.stderr.on("error", () => {});
  process.on("exit", closeLostTerminals);
  process.stdout.on("error", (error) => {
    if (!isReaderGone(error)) failure ??= outputError(error, "stdout");
    hasReader = false;
  });
  return async () => {
    await written();
    return failure;
  };
}

let hasReader = true;

/** False once stdout is closed: further results would be lost. */
export const isStdoutOpen = () => hasReader;

const isReaderGone = (error: unknown) => isSystemError(error, "EPIPE", "ERR_STREAM_DESTROYED");

/** Resolves when stdout has taken, or refused, all that was written. */
async function written(): Promise<void> {
  const { stdout } = process;
  if (stdout.writableLength > 0) await new Promise<void>((resolve) => stdout.write("", () => resolve()));
  // A stream's event for an error follows the callback of its write.
  await new Promise((resolve) => setImmediate(resolve));
}

/** Node restores the terminal when it exits, and aborts if the terminal is gone. It leaves closed streams alone. */
function closeLostTerminals(): void {
  for (const fd of [0, 1, 2]) {
    try {
      if (fstatSync(fd).isCharacterDevice() && !isatty(fd)) closeSync(fd);
    } catch {
      // It is closed already.
    }
  }
}
