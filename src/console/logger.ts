/** Lines of a log on stderr, and in a log file if there is one. */
import { appendFileSync, renameSync, statSync } from "node:fs";
import type { Progress } from "./progress.js";

export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface LoggerOptions {
  /** Its bar is taken off the screen while a line is printed. */
  progress?: Progress;
  stream?: { write(text: string): unknown };
  /** Appended to; undefined: none (yet). The command line passes `process.env.LOG_FILE`. */
  logFile?: string | undefined | (() => string | undefined);
  /** Third field of a line of the log file: which part of the program speaks. */
  source?: string;
  now?: () => Date;
}

/** A logger for terminals: messages as they are, without level or time; those go to the log file. */
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
      // Synchronous: the last lines before a crash are those that matter.
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

/** A log file's largest size in bytes, and how many full ones are kept beside it as `<file>.1` (the newest) and so on. */
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

/** The reference's format: `24 Nov 26 09:05:00<TAB>INFO<TAB>source<TAB>message`, local time; one line a message. */
function logFileLine(time: Date, level: string, source: string, message: string): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${two(time.getDate())} ${MONTHS[time.getMonth()]} ${two(time.getFullYear() % 100)}`;
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${day} ${clock}\t${level}\t${source}\t${message.replace(/\s*\n\s*/g, " ")}\n`;
}
