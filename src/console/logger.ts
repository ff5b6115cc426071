/** Writes log lines to stderr, and to a log file if there is one. */
import { appendFileSync, renameSync, statSync } from "node:fs";
import type { Progress } from "./progress.js";

/** Takes lines of a log. */
export interface Logger {
  /** Something that happened as planned. */
  info(message: string): void;
  /** Something doubtful, after which the call continues. */
  warn(message: string): void;
  /** Something that failed. */
  error(message: string): void;
}

export interface LoggerOptions {
  /** Its bar is removed from the screen while a line is printed. */
  progress?: Progress;
  stream?: { write(text: string): unknown };
  /** Returns the file that lines are appended to; undefined for none (yet). The command line passes `process.env.LOG_FILE`. */
  logFile?: string | undefined | (() => string | undefined);
  /** Third field of a line of the log file: the part of the program. */
  source?: string;
  now?: () => Date;
}

/** Returns a logger for terminals: messages without level and time, which only the log file has. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { progress, stream = process.stderr, source = "deeplasia-native", now = () => new Date() } = options;
  const { logFile } = options;
  let isBroken = false;
  const print = (message: string) => {
    progress?.hide();
    stream.write(`${message}\n`);
  };
  const log = (level: string, message: string) => {
    print(message);
    const file = typeof logFile === "function" ? logFile() : logFile;
    if (file === undefined || file === "" || isBroken) return;
    try {
      // Synchronous, so that the last lines before a crash are written.
      appendRotated(file, logFileLine(now(), level, source, message));
    } catch (error) {
      print(`cannot write the log file ${file}: ${(error as Error).message}`);
      isBroken = true;
    }
  };
  return {
    info: (message) => log("INFO", message),
    warn: (message) => log("WARNING", message),
    error: (message) => log("ERROR", message),
  };
}

/** Largest size of a log file in bytes, and the number of full ones that are kept as `<file>.1` (the newest) and so on. */
const ROTATION = { bytes: 500_000, kept: 4 };

function appendRotated(file: string, line: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 0 && size + Buffer.byteLength(line) > ROTATION.bytes) {
    const generation = (age: number) => (age === 0 ? file : `${file}.${age}`);
    for (let age = ROTATION.kept - 1; age >= 0; age--)
      if (statSync(generation(age), { throwIfNoEntry: false }) !== undefined)
        renameSync(generation(age), generation(age + 1));
  }
  appendFileSync(file, line);
}

/** Logs nothing; for library calls without a logger. */
export const silentLogger: Logger = { info() {}, warn() {}, error() {} };

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Formats a line as the reference does: `24 Nov 26 09:05:00<TAB>INFO<TAB>source<TAB>message`, in local time. */
function logFileLine(time: Date, level: string, source: string, message: string): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${two(time.getDate())} ${MONTHS[time.getMonth()]} ${two(time.getFullYear() % 100)}`;
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${day} ${clock}\t${level}\t${source}\t${message.replace(/\s*\n\s*/g, " ")}\n`;
}
