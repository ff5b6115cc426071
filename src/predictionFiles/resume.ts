/**
 * What an interrupted run leaves, and how to go on from it.
 *
 * While a run writes, `<output>.run.json` says whose work it is and how far it came:
 * - `starting`: files of an earlier run may still lie there and are void;
 * - `running`: rows are appended to the partial files;
 * - `complete`: every row is in the partial files; what is left is to give them their final names.
 *
 * A kill at any moment leaves one of these, so a resumed run ends with the bytes of an undisturbed one.
 */
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { writeFileAtomic } from "../files.js";

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

const runIdentity = z.object({
  /** The model, or the members of the ensemble in order. */
  models: z.array(modelIdentity),
  sexModel: modelIdentity.nullable(),
  /** SHA-256 of the cohort (`Cohort.sha256`). */
  cohort: z.string(),
  /** Every option that changes what is written, by the name a user knows. */
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
  marksSex: z.boolean(),
  /** Rows a block: the batch size, as a batch's composition changes the last bits of its results. */
  blockSize: z.number(),
  /** `complete` only: the number of rows, and of each file of the output (see `openOutput`) whether rows failed. */
  rows: z.number().optional(),
  hasFailures: z.array(z.boolean()).optional(),
  /** The rows that failed in the finished output are run again; the others are taken from there. */
  retry: z.boolean().optional(),
});
export type RunFile = z.infer<typeof runFile>;

/** Of the provenance that lies beside a finished output: whose work it is. */
export const writtenProvenance = z.object({ run: runFile });

/** A file of predictions and what lies beside it. */
export interface OutputPaths {
  output: string;
  partial: string;
  failures: string;
  failuresPartial: string;
  run: string;
  lock: string;
  provenance: string;
}

export function outputPaths(output: string): OutputPaths {
  const failures = `${output}.failures.csv`;
  return {
    output,
    partial: `${output}.partial`,
    failures,
    failuresPartial: `${failures}.partial`,
    run: `${output}.run.json`,
    lock: `${output}.lock`,
    provenance: `${output}.provenance.json`,
  };
}

export function writeRunFile(paths: OutputPaths, run: RunFile): Promise<void> {
  return writeFileAtomic(paths.run, `${JSON.stringify(run, null, 2)}\n`);
}

/** Null if there is none. Throws `ERR_DEEPLASIA_RESUME` if it is damaged or of another version of the program. */
export function readRunFile(paths: OutputPaths): Promise<RunFile | null> {
  return readState(paths.run, runFile, "Start again with --overwrite.");
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

/** What two runs differ in, in words: `the model`, `--mask_crop_size (1.15, now -1)`. */
export function differences(before: RunFile, now: RunFile): string[] {
  const found = modelDifferences(before, now);
  if (before.identity.cohort !== now.identity.cohort) found.push("the cohort (annotation or split file)");
  const old: Record<string, unknown> = {
    ...before.identity.options,
    format: before.format,
    batch_size: before.blockSize,
  };
  const new_: Record<string, unknown> = {
    ...now.identity.options,
    format: now.format,
    batch_size: now.blockSize,
  };
  for (const name of new Set([...Object.keys(old), ...Object.keys(new_)])) {
    const [a, b] = [JSON.stringify(old[name]), JSON.stringify(new_[name])];
    if (a !== b) found.push(`--${name} (${a ?? "not given"}, now ${b ?? "not given"})`);
  }
  return found;
}

function modelDifferences(before: RunFile, now: RunFile): string[] {
  const list = (names: readonly string[] | null) => names?.join(", ") ?? "one model";
  if (list(before.members) !== list(now.members))
    return [`the members (${list(before.members)}, now ${list(now.members)})`];
  const found: string[] = [];
  for (const [i, model] of now.identity.models.entries()) {
    const old = before.identity.models[i];
    const of = now.members === null ? "" : ` of ${now.members[i]}`;
    if (old?.file !== model.file) found.push(`the model file${of}`);
    if (old?.contract !== model.contract) found.push(`the model's contract (manifest, flags)${of}`);
  }
  if (JSON.stringify(before.identity.sexModel) !== JSON.stringify(now.identity.sexModel))
    found.push("the sex model (--predict-sex)");
  return found;
}
