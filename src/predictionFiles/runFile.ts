/**
 * The state that an interrupted run leaves, from which it is resumed.
 *
 * While a run writes, `<output>.run.json` states which run writes it, and how far it is:
 * - `starting`: files of an earlier run may still lie there and are void;
 * - `running`: rows are appended to the partial files;
 * - `complete`: every row is in the partial files; what is left is to give them their final names.
 *
 * A kill at any moment leaves one of these, so a resumed run ends with the bytes of an undisturbed one.
 */
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { eachMark } from "./columns.js";
import type { OutputPaths } from "./outputPaths.js";

const optionValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.union([z.string(), z.number()])),
]);

const modelIdentity = z.object({
  /** SHA-256 of the model file. */
  file: z.string(),
  /** SHA-256 of the contract that the model was used with, and of the network that was made of a checkpoint. */
  contract: z.string(),
});
export type ModelIdentity = z.infer<typeof modelIdentity>;

export type OptionValue = z.infer<typeof optionValue>;

const runIdentity = z.object({
  /** The model, or the members of the ensemble in order. */
  models: z.array(modelIdentity),
  sexModel: modelIdentity.nullable(),
  maskModel: modelIdentity.nullable().default(null),
  /** SHA-256 of the cohort (`Cohort.sha256`). */
  cohort: z.string(),
  /** Every option that changes what is written, by its name in snake_case. */
  options: z.record(z.string(), optionValue),
});
/** What the bytes of an output depend on; a run is resumed only by one with the same. */
export type RunIdentity = z.infer<typeof runIdentity>;

export const runFile = z.object({
  version: z.literal(2),
  state: z.enum(["starting", "running", "complete"]),
  identity: runIdentity,
  format: z.enum(["csv", "jsonl"]),
  members: z.array(z.string()).nullable(),
  hasSexHead: z.boolean(),
  spreadMembers: z.number().optional(),
  views: z.array(z.string()).optional(),
  intervals: z.array(z.number()).optional(),
  /** Null: an ensemble's. Earlier versions knew the lines of z-scores only. */
  ageUnit: z.enum(["z", "months"]).nullable().default("z"),
  // A file of an earlier version lacks the marks that came later.
  ...eachMark(() => z.boolean().default(false)),
  /** Rows a block: the batch size, as a batch's composition changes the last bits of its results. */
  blockSize: z.number(),
  /** `complete` only: the number of rows, and of each file of the output (see `openOutput`) whether rows failed. */
  rows: z.number().optional(),
  hasFailures: z.array(z.boolean()).optional(),
  /** The rows that failed in the finished output are run again; the others are taken from there. */
  retry: z.boolean().optional(),
});
export type RunFile = z.infer<typeof runFile>;

/** The part of a finished output's provenance that identifies its run. */
export const writtenProvenance = z.object({ run: runFile });

export function writeRunFile(paths: OutputPaths, run: RunFile): Promise<void> {
  return writeFileAtomic(paths.run, `${JSON.stringify(run, null, 2)}\n`);
}

/** Null if there is none. Throws `ERR_DEEPLASIA_RESUME` if it is damaged or of another version of the program. */
export function readRunFile(paths: OutputPaths): Promise<RunFile | null> {
  return readState(paths.run, runFile, "Start again with `overwrite: true`.");
}

/** The same for any file of a run's state. */
export async function readState<S extends z.ZodType>(
  path: string,
  schema: S,
  remedy: string,
): Promise<z.infer<S> | null> {
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return null;
    throw new DeeplasiaError("ERR_DEEPLASIA_RESUME", `cannot understand ${path}`, {
      file: path,
      remedy,
      cause: error,
    });
  }
}
