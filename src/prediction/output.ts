/** Where predictions go: a CSV or JSON-lines file that appears when it is complete, or a stream. */
import { type FileHandle, open, rm, truncate } from "node:fs/promises";
import type { Writable } from "node:stream";
import { DeeplasiaError } from "../errors.js";
import { outputError, pathKind } from "../files.js";
import type { Logger } from "../report/log.js";
import { FileOutput, finish } from "./fileOutput.js";
import { countHeldRows, findResumePoint, type Layout } from "./partial.js";
import { csvLines, type OutputRecord, predictionColumns } from "./record.js";
import {
  differences,
  type OutputPaths,
  outputPaths,
  type RunFile,
  type RunIdentity,
  readRunFile,
  writeRunFile,
} from "./resume.js";
import { openStreamOutput } from "./streamOutput.js";

export interface OutputOptions extends Layout {
  /** File to write, or `-` for stdout. A device or a pipe is written directly, too. */
  path: string;
  identity: RunIdentity;
  /** Rows a block (the batch size); a resumed run starts at a whole block. */
  blockSize: number;
  /** Row numbers of all selected rows, in order (`Cohort.rowNumbers`). */
  rowNumbers(): AsyncIterable<number>;
  /** Go on from what an interrupted run left; without such, start. */
  resume: boolean;
  /** Discard what an interrupted run left. */
  overwrite: boolean;
  /** Failed rows are told here when there is no failures file. */
  logger: Logger;
  /** Stands in for `process.stdout`. */
  stdout?: Writable;
}

export interface Output {
  /** Number of selected rows that are done already; the next block to write starts there. */
  readonly resumeIndex: number;
  /** True once nobody reads any more (the pipe was closed): the rest need not be worked out. */
  readonly closed: boolean;
  /** Records of an interrupted run that are kept; `index` is -1. Read before the first `write`. */
  resumedRecords(): AsyncIterable<OutputRecord>;
  /** Write one whole block, in order: one record a row. Throws `ERR_DEEPLASIA_OUTPUT`; then only `suspend` is left. */
  write(records: readonly OutputRecord[]): Promise<void>;
  /** Every row is written: give the files their final names. */
  complete(): Promise<void>;
  /** Stop here, with everything in place for `resume`. Idempotent; does nothing after `complete`. */
  suspend(): Promise<void>;
}

/**
 * Open an output. Call it early: a place that cannot be written is found here, before any work is done.
 *
 * Throws `ERR_DEEPLASIA_OUTPUT`; `ERR_DEEPLASIA_RESUME` if an interrupted run lies there and neither `resume` nor
 * `overwrite` is set, or if `resume` is and that run was another one; `ERR_DEEPLASIA_USAGE` for flags that do not fit.
 */
export async function openOutput(options: OutputOptions): Promise<Output> {
  const { path, resume, overwrite } = options;
  if (resume && overwrite) throw usage("--resume and --overwrite exclude each other", "Give one of them.");
  const kind = path === "-" ? "other" : await kindOf(path);
  if (kind === "other") {
    if (resume)
      throw usage(`there is nothing to resume in ${path === "-" ? "stdout" : path}`, "Leave --resume out.");
    return openStreamOutput(options);
  }
  if (kind === "folder") throw outputError(Object.assign(new Error(), { code: "EISDIR" }), path);
  const paths = outputPaths(path);
  const partialExists =
    (await kindOf(paths.partial)) !== null || (await kindOf(paths.failuresPartial)) !== null;
  if (partialExists && !resume && !overwrite) throw await unfinished(paths, options);
  const run = runFileOf(options);
  const before = resume ? await readRunFile(paths) : null;
  if (before?.state === "complete" && differences(before, run).length === 0) {
    await finish(paths, before);
    return new FileOutput(options, paths, run, null, before.rows ?? 0);
  }
  if (!partialExists || overwrite || before?.state === "starting") return startOutput(options, paths, run);
  requireSameRun(before, run, paths);
  return resumeOutput(options, paths, run);
}

async function kindOf(path: string) {
  try {
    return await pathKind(path);
  } catch (error) {
    throw outputError(error, path);
  }
}

function usage(what: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy });
}

function runFileOf({ identity, format, hasSexHead, blockSize }: OutputOptions): RunFile {
  return { version: 1, state: "running", identity, format, hasSexHead, blockSize };
}

async function unfinished(paths: OutputPaths, layout: Layout): Promise<DeeplasiaError> {
  // The rows are counted in the layout they have, not in the one that is asked for now.
  const rows = await countHeldRows(paths, (await readRunFile(paths).catch(() => null)) ?? layout);
  const what = `an interrupted run lies at ${paths.partial} (${rows} rows)`;
  const remedy = "Add --resume to go on with it, or --overwrite to discard it.";
  return new DeeplasiaError("ERR_DEEPLASIA_RESUME", what, { file: paths.partial, remedy });
}

function requireSameRun(before: RunFile | null, now: RunFile, paths: OutputPaths): asserts before is RunFile {
  const differing =
    before === null ? [`${paths.run} is missing, so its settings are unknown`] : differences(before, now);
  if (differing.length === 0) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_RESUME",
    `cannot resume ${paths.partial}, it was begun with other settings: ${differing.join("; ")}`,
    { file: paths.partial, remedy: "Give the same model and options, or discard it with --overwrite." },
  );
}

/** Begin anew. The run file says `starting` until nothing of an earlier run is left that could be taken for ours. */
async function startOutput(options: OutputOptions, paths: OutputPaths, run: RunFile): Promise<Output> {
  try {
    await writeRunFile(paths, { ...run, state: "starting" });
    await rm(paths.failuresPartial, { force: true });
    const handle = await openPartial(options, paths, 0);
    await writeRunFile(paths, run);
    return new FileOutput(options, paths, run, handle, 0);
  } catch (error) {
    // Nothing is held yet, so nothing need stay in the way of the next try.
    for (const path of [paths.partial, paths.run]) await rm(path, { force: true }).catch(() => {});
    throw outputError(causeOf(error), paths.output);
  }
}

/** Errors name the output that the user asked for, not the file beside it that could not be written. */
function causeOf(error: unknown): unknown {
  return error instanceof DeeplasiaError ? (error.cause ?? error) : error;
}

async function resumeOutput(options: OutputOptions, paths: OutputPaths, run: RunFile): Promise<Output> {
  const point = await findResumePoint(paths, options, options.rowNumbers(), options.blockSize);
  try {
    if (point.failureBytes === 0) await rm(paths.failuresPartial, { force: true });
    else await truncate(paths.failuresPartial, point.failureBytes);
    const handle = await openPartial(options, paths, point.bytes);
    return new FileOutput(options, paths, run, handle, point.index);
  } catch (error) {
    throw outputError(error, paths.output);
  }
}

/** The partial file, cut to its first `bytes` bytes and open for what comes after them. */
async function openPartial(options: OutputOptions, paths: OutputPaths, bytes: number): Promise<FileHandle> {
  const handle = await open(paths.partial, "a");
  try {
    await handle.truncate(bytes);
    const needsHeader = options.format === "csv" && bytes === 0;
    if (needsHeader) await handle.writeFile(csvLines([predictionColumns(options.hasSexHead)]));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
