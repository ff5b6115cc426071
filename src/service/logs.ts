/** The log: lines of JSON, without names of files, addresses with queries, or anything of a patient. */
import { type DestinationStream, type Logger, pino } from "pino";
import type { ServeOptions } from "../options/serve.js";

/** stderr by default: stdout is data only. */
export function createLog(
  level: ServeOptions["logLevel"],
  stream: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters }, stream);
}

const formatters = { level: (label: string) => ({ level: label }) };
