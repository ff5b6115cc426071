import { createLogger, type Logger, type LoggerOptions } from "../console/logger.js";
import { inFlags } from "./inFlags.js";

/** The logger of a command: it replaces names of library options in messages by flags. */
export function commandLogger(options: LoggerOptions): Logger {
  const { info, warn, error } = createLogger(options);
  return {
    info: (message) => info(inFlags(message)),
    warn: (message) => warn(inFlags(message)),
    error: (message) => error(inFlags(message)),
  };
}
