/** Opens an output: anew, where an interrupted run of the same work stopped, or over a finished one whose failed rows are run again. */
import { resolve } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { outputError } from "../files/outputError.js";
import { plural } from "../plural.js";
import { differences } from "./differences.js";
import { type EarlierRows, finishedBefore } from "./earlierRows.js";
import { discardEmpty, FileOutput, finish } from "./fileOutput.js";
import { findResumePoint, type ResumePoint } from "./findResumePoint.js";
import type { Output } from "./output.js";
import { causeOf } from "./outputLock.js";
import { kindOf, type OutputOptions, runFileOf } from "./outputOptions.js";
import { type OutputPaths, outputPaths } from "./outputPaths.js";
import { type OutputFile, RecordFile } from "./recordFile.js";
import { countHeldRows } from "./recordsInOrder.js";
import { type RunFile, readRunFile, writeRunFile } from "./runFile.js";
import { openStreamOutput } from "./streamOutput.js";

/**
 * Open an output. Call it early: a place that cannot be written is found here, before any work is done.
 *
 * Throws `ERR_DEEPLASIA_OUTPUT`; `ERR_DEEPLASIA_RESUME` if an interrupted run lies there and neither `resume` nor
 * `overwrite` is set, or if `resume` is and that run was another one; `ERR_DEEPLASIA_USAGE` for flags that do not fit.
 */
export async function openOutput(options: OutputOptions): Promise<Output> {
  const { path, resume, overwrite } = options;
  if (resume && overwrite)
    throw usage("`resume: true` and `overwrite: true` exclude each other", "Give one of them.");
  if ((await kindOf(path)) === "other") {
    if (resume)
      throw usage(
        `there is nothing to resume in ${path === "-" ? "stdout" : path}`,
        "Leave `resume: true` out.",
      );
    if (options.memberFiles !== undefined)
      throw usage("the members' files go with an output that is a file", "Give one as `outputPath`.");
    return openStreamOutput(options);
  }
  const files = await checkedFiles(options);
  const outputs = files.map((file) => outputPaths(file.path));
  const [paths] = outputs as [OutputPaths];
  const unfinished = await unfinishedFile(files);
  if (unfinished !== undefined && !resume && !overwrite) throw await interrupted(unfinished);
  const run = runFileOf(options);
  const before = resume ? await readRunFile(paths) : null;
  if (before?.state === "complete" && differences(before, run).length === 0) {
    await finish(outputs, before, options.receipt);
    return new FileOutput(options, run, null, before.rows ?? 0);
  }
  const earlier = resume ? await finishedBefore(options, files, run, before) : null;
  if (earlier?.failed === 0 && unfinished === undefined)
    return new FileOutput(options, run, null, await count(options.rowNumbers()));
  const current = earlier === null ? run : { ...run, retry: true };
  if (unfinished === undefined || overwrite || before?.state === "starting")
    return startOutput(options, files, paths, current, earlier);
  requireSameRun(before, run, paths);
  return resumeOutput(options, files, current, earlier);
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let found = 0;
  for await (const _ of items) found += 1;
  return found;
}

/** All files of an output, its own first. */
async function checkedFiles(options: OutputOptions): Promise<OutputFile[]> {
  const files = [options, ...(options.memberFiles ?? [])];
  const paths = files.map(({ path }) => resolve(path));
  for (const [i, path] of paths.entries()) {
    if (paths.indexOf(path) !== i)
      throw usage(`two outputs would be the same file: ${files[i]!.path}`, "Give the output another name.");
    if ((await kindOf(path)) === "folder")
      throw outputError(Object.assign(new Error(), { code: "EISDIR" }), files[i]!.path);
  }
  return files;
}

/** The first file at which an interrupted run lies. */
async function unfinishedFile(files: readonly OutputFile[]): Promise<OutputFile | undefined> {
  for (const file of files) {
    const { partial, failuresPartial } = outputPaths(file.path);
    if ((await kindOf(partial)) !== null || (await kindOf(failuresPartial)) !== null) return file;
  }
  return undefined;
}

function usage(what: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy });
}

async function interrupted(file: OutputFile): Promise<DeeplasiaError> {
  const paths = outputPaths(file.path);
  // The rows are counted in the layout they have, not in the one that is asked for now.
  const rows = await countHeldRows(paths, (await readRunFile(paths).catch(() => null)) ?? file);
  const what = `an interrupted run lies at ${paths.partial} (${plural(rows, "row")})`;
  const remedy = "Add `resume: true` to continue it, or `overwrite: true` to discard it.";
  return new DeeplasiaError("ERR_DEEPLASIA_RESUME", what, { file: paths.partial, remedy });
}

function requireSameRun(before: RunFile | null, now: RunFile, paths: OutputPaths): asserts before is RunFile {
  const differing =
    before === null ? [`${paths.run} is missing, so its settings are unknown`] : differences(before, now);
  if (differing.length === 0) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_RESUME",
    `cannot resume ${paths.partial}, it was begun with other settings: ${differing.join("; ")}`,
    { file: paths.partial, remedy: "Give the same model and options, or discard it with `overwrite: true`." },
  );
}

/** Begins anew. The run file has the state `starting` until all files of an earlier run are removed. */
async function startOutput(
  options: OutputOptions,
  files: readonly OutputFile[],
  paths: OutputPaths,
  run: RunFile,
  earlier: EarlierRows | null,
): Promise<Output> {
  const opened: RecordFile[] = [];
  try {
    await writeRunFile(paths, { ...run, state: "starting" });
    for (const file of files) opened.push(await RecordFile.open(file, 0, 0));
    await writeRunFile(paths, run);
    return new FileOutput(options, run, opened, 0, earlier);
  } catch (error) {
    await closeAll(opened);
    await discardEmpty(files.map(({ path }) => outputPaths(path)));
    throw outputError(causeOf(error, paths.run), paths.output);
  }
}

/** Resumes after the last whole block that every file holds. */
async function resumeOutput(
  options: OutputOptions,
  files: readonly OutputFile[],
  run: RunFile,
  earlier: EarlierRows | null,
): Promise<Output> {
  const find = (file: OutputFile, most?: number) =>
    findResumePoint(outputPaths(file.path), file, options.rowNumbers(), options.blockSize, most);
  const points: ResumePoint[] = [];
  for (const file of files) points.push(await find(file));
  const index = Math.min(...points.map((point) => point.index));
  const opened: RecordFile[] = [];
  try {
    for (const [i, file] of files.entries()) {
      const point = points[i]!.index === index ? points[i]! : await find(file, index);
      opened.push(await RecordFile.open(file, point.bytes, point.failureBytes));
    }
    return new FileOutput(options, run, opened, index, earlier);
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

async function closeAll(files: readonly RecordFile[]): Promise<void> {
  await Promise.allSettled(files.map((file) => file.close()));
}
