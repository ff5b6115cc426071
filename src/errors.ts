/**
 * The one error class of the package, and the one table of its codes.
 *
 * Every failure that a user can cause or meet is a `DeeplasiaError`. Its `code` is stable, its message names the file, row
 * or option and the fault, and its `remedy` is the next step.
 */

import { systemErrorMeaning } from "./systemErrors.js";

const CODES = [
  // options and inputs as given
  "ERR_DEEPLASIA_USAGE",
  "ERR_DEEPLASIA_OPTION",
  "ERR_DEEPLASIA_CONTRACT",
  "ERR_DEEPLASIA_RESUME",
  // annotation and split files
  "ERR_DEEPLASIA_CSV",
  "ERR_DEEPLASIA_CSV_COLUMN",
  // one row of a cohort
  "ERR_DEEPLASIA_ROW",
  "ERR_DEEPLASIA_SEX",
  "ERR_DEEPLASIA_IMAGE_MISSING",
  "ERR_DEEPLASIA_IMAGE_UNREADABLE",
  "ERR_DEEPLASIA_IMAGE_BLANK",
  "ERR_DEEPLASIA_IMAGE_TOO_LARGE",
  "ERR_DEEPLASIA_MASK_MISSING",
  "ERR_DEEPLASIA_MASK_EMPTY",
  "ERR_DEEPLASIA_MASK_SIZE",
  "ERR_DEEPLASIA_NO_HAND",
  "ERR_DEEPLASIA_QUALITY",
  "ERR_DEEPLASIA_NOT_FINITE",
  // models
  "ERR_DEEPLASIA_MODEL_MISSING",
  "ERR_DEEPLASIA_MODEL_UNREADABLE",
  "ERR_DEEPLASIA_MODEL_UNTRUSTED",
  "ERR_DEEPLASIA_MODEL_KIND",
  "ERR_DEEPLASIA_CHECKPOINT",
  "ERR_DEEPLASIA_MODEL_FORWARD",
  "ERR_DEEPLASIA_MODEL_SHAPE",
  "ERR_DEEPLASIA_MODEL_UNSTABLE",
  "ERR_DEEPLASIA_DISPOSED",
  "ERR_DEEPLASIA_DEVICE",
  "ERR_DEEPLASIA_OUT_OF_MEMORY",
  // files
  "ERR_DEEPLASIA_DOWNLOAD",
  "ERR_DEEPLASIA_PATH",
  "ERR_DEEPLASIA_OUTPUT",
  "ERR_DEEPLASIA_SHARES",
  "ERR_DEEPLASIA_PACK",
  // clusters
  "ERR_DEEPLASIA_SLURM",
  // another process of the run
  "ERR_DEEPLASIA_PEER",
  // libtorch and the addon
  "ERR_DEEPLASIA_PLATFORM",
  "ERR_DEEPLASIA_ADDON",
  "ERR_DEEPLASIA_LIBTORCH_MISSING",
  "ERR_DEEPLASIA_LIBTORCH_VERSION",
  "ERR_DEEPLASIA_LIBTORCH_BROKEN",
  "ERR_DEEPLASIA_LIBTORCH_INSTALL",
  // everything else
  "ERR_DEEPLASIA_INTERNAL",
] as const;

/** The code of a `DeeplasiaError`. */
export type ErrorCode = (typeof CODES)[number];

/** Remedies for errors without a remedy of their own. */
const REMEDIES: Readonly<Partial<Record<ErrorCode, string>>> = {
  ERR_DEEPLASIA_USAGE: "`deeplasia-native --help` shows the commands; README.md has an example of each.",
  ERR_DEEPLASIA_OPTION: "Correct the option; docs/options.md describes it.",
  ERR_DEEPLASIA_CONTRACT:
    "Complete or correct the model's manifest; `deeplasia-native manifest fields` explains each field.",
  ERR_DEEPLASIA_SEX: "Give the sex: M or F.",
  ERR_DEEPLASIA_IMAGE_MISSING: "Check the path of the picture.",
  ERR_DEEPLASIA_IMAGE_UNREADABLE: "Export or copy the picture anew.",
  ERR_DEEPLASIA_IMAGE_BLANK: "Look at the picture and its mask: nothing of a hand is left.",
  ERR_DEEPLASIA_IMAGE_TOO_LARGE: "Scale the picture down first.",
  ERR_DEEPLASIA_MASK_MISSING: "Add the mask.",
  ERR_DEEPLASIA_MASK_EMPTY: "Make the mask anew, and check `maskCropSize`: nothing of the hand is left.",
  ERR_DEEPLASIA_MASK_SIZE: "Give the mask of this very picture, pixel for pixel.",
  ERR_DEEPLASIA_NO_HAND: "Look at the picture; where a hand is in it, give its mask.",
  ERR_DEEPLASIA_QUALITY: 'Look at the picture; `onQuality: "report"` predicts it all the same.',
  ERR_DEEPLASIA_NOT_FINITE: "Look at the picture, and whether the model's contract is the right one.",
  ERR_DEEPLASIA_MODEL_MISSING: "Check the path of the model.",
  ERR_DEEPLASIA_MODEL_UNREADABLE:
    "Give a file that torch.jit.save wrote, whole; copy it again if it was cut short.",
  ERR_DEEPLASIA_MODEL_UNTRUSTED:
    "A model is a program. If you trust those who made it, load it with `trust: true`.",
  ERR_DEEPLASIA_MODEL_KIND:
    "Give a model of the kind that is needed; `deeplasia-native inspect MODEL` shows the kind of a model.",
  ERR_DEEPLASIA_CHECKPOINT:
    "Give a checkpoint that PyTorch or Lightning wrote, whole, and that holds weights only.",
  ERR_DEEPLASIA_MODEL_FORWARD:
    "Give tensors of the shape that the network takes: `deeplasia-native inspect MODEL` shows it.",
  ERR_DEEPLASIA_MODEL_SHAPE: "Give a model whose outputs are an age, or an age and a sex, for each picture.",
  ERR_DEEPLASIA_MODEL_UNSTABLE:
    "Export it anew after model.eval(): traced in training mode, a network keeps dropout and the statistics of its batch.",
  ERR_DEEPLASIA_DISPOSED: "Load it again, and dispose of it only when nothing needs it any more.",
  ERR_DEEPLASIA_DEVICE: "`deeplasia-native doctor` shows which devices there are.",
  ERR_DEEPLASIA_OUT_OF_MEMORY:
    "Give a smaller `maxMemory`, `batchSize` or `numWorkers`, or another `device`.",
  ERR_DEEPLASIA_PEER:
    "Look at what that process logged. `trainer.resume_from_checkpoint: last` resumes from the last state, with as many " +
    "processes as there are then.",
};

/** What an error states besides its code and its message. */
export interface ErrorDetails {
  /** The file with the fault. */
  file?: string | undefined;
  /** Data row of the annotation CSV, counted from 1 (the line of the header is not counted). */
  row?: number | undefined;
  /** The next step, as an imperative sentence or a command. */
  remedy?: string | undefined;
  /** The error that led to this one. */
  cause?: unknown;
}

/** The error that every call of the package throws: its code, what happened, and what to do. */
export class DeeplasiaError extends Error {
  /** `DeeplasiaError`. */
  override readonly name = "DeeplasiaError";
  /** Its code, by which a program can distinguish errors. */
  readonly code: ErrorCode;
  /** The file with the fault, if it is about one. */
  readonly file: string | undefined;
  /** The data row of the annotation CSV, from 1, if it is about one. */
  readonly row: number | undefined;
  /** The next step. */
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.file = details.file;
    this.row = details.row;
    this.remedy = details.remedy ?? REMEDIES[code];
  }

  /** Returns the same error with the row of the cohort and the file, unless it has them already. */
  at(where: { file?: string | undefined; row?: number | undefined }): DeeplasiaError {
    return new DeeplasiaError(this.code, this.message, {
      file: this.file ?? where.file,
      row: this.row ?? where.row,
      remedy: this.remedy,
      cause: this.cause,
    });
  }
}

/** Whether an unknown thrown value is an operating-system error with the given code (`ENOSPC`, `ENOENT`, …). */
export function isSystemError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? "");
}

/**
 * Returns an error for a path that the operating system cannot reach: a folder above it that may not be entered, a circle
 * of links, a network folder that is gone.
 */
export function pathError(error: unknown, path: string): DeeplasiaError {
  if (error instanceof DeeplasiaError) return error;
  const [what, remedy] = systemErrorMeaning(error) ?? [String(error), "Check the path."];
  return new DeeplasiaError("ERR_DEEPLASIA_PATH", `${path}: ${what}`, { file: path, remedy, cause: error });
}

/** Returns the same error for a path that an option names. */
export function optionPathError(
  { message, file, remedy, cause }: DeeplasiaError,
  option: string,
): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", `\`${option}\`: ${message}`, { file, remedy, cause });
}

/** Returns an error for an option that is needed and was not given. */
export function missingOption(option: string, meaning: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", `\`${option}\` is missing`, {
    remedy: `Give ${meaning}.`,
  });
}

/** Converts any thrown value to a `DeeplasiaError`; errors of the native core already have a code. */
export function toDeeplasiaError(
  error: unknown,
  fallback: ErrorCode = "ERR_DEEPLASIA_INTERNAL",
): DeeplasiaError {
  if (error instanceof DeeplasiaError) return error;
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: "", message: String(error) };
  const path = (error as NodeJS.ErrnoException | undefined)?.path;
  if (path !== undefined && fallback === "ERR_DEEPLASIA_INTERNAL") return pathError(error, path);
  const known = CODES.find((one) => one === code) ?? fallback;
  return new DeeplasiaError(known, message, { cause: error });
}

/** Formats an error for the terminal: the message with its file and row, then the remedy. */
export function formatError(error: DeeplasiaError): string {
  const where = [
    error.row === undefined ? "" : `row ${error.row}`,
    error.file === undefined || error.message.includes(error.file) ? "" : error.file,
  ].filter(Boolean);
  const place = where.length === 0 ? "" : `${where.join(", ")}: `;
  // A NUL, of a path that cannot be one, would cut the line in a log.
  const text = `${place}${error.message}`.replaceAll("\0", "\\0");
  return `${text}${error.remedy === undefined ? "" : `\n  ${error.remedy}`}`;
}
