/** Complete shares to the files that a single process would have written, byte for byte. */

import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { csvLines } from "../../data/csvLines.js";
import { DeeplasiaError } from "../../errors.js";
import { outputError } from "../../files/outputError.js";
import { pathKind, pathSize } from "../../files/pathKind.js";
import { writeBeside, writeFileAtomic } from "../../files/writeFileAtomic.js";
import { lockFile, tryLockFile } from "../../lock.js";
import { type PathArgument, pathArgument, signalOptions } from "../../options/library.js";
import { applyStrict } from "../../records/record.js";
import { type Summary, SummaryBuilder } from "../../records/summary.js";
import { requireArgument, requireOptions } from "../../schema/checkValue.js";
import { FAILURE_COLUMNS, type Layout, predictionColumns } from "../columns.js";
import { differences } from "../differences.js";
import { lockOutput } from "../outputLock.js";
import { outputPaths } from "../outputPaths.js";
import type { OutputFile } from "../recordFile.js";
import { type RunIdentity, readState, runFile } from "../runFile.js";
import { type SharePart, sharedRecords } from "./sharedRecords.js";
import { shareRange } from "./shareRange.js";
import { filesOf, type SharedRun, SharesFolder } from "./sharesFolder.js";

/** Options of `mergeShares`. */
export interface MergeSharesOptions {
  /** Ends the call, which then rejects with the signal's reason. The shares are kept, and the same call again joins them. */
  signal?: AbortSignal | undefined;
}

/**
 * Joins the shares of an output, and of its ensemble's members: every row once, in input order. Then the shares are removed,
 * and the same call again finds the output.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_SHARES for shares that are missing, damaged or of another run, with the command to run;
 *   _OUTPUT if another process joins them, or for a place that cannot be written; the signal's reason when it is aborted.
 */
export async function mergeShares(
  outputPath: PathArgument,
  options: MergeSharesOptions = {},
): Promise<Summary> {
  const output = requireArgument("outputPath", pathArgument, outputPath);
  const { signal } = requireOptions(signalOptions, options);
  signal?.throwIfAborted();
  const folder = new SharesFolder(output);
  if ((await folder.read()) === null) throw nothingToJoin(folder);
  await using _ = await lockFile(folder.joinLock, `the joining of ${output}`);
  return await joinLocked(folder, signal);
}

/** The same, but returns null if another process joins them: several tasks may end at once. */
export async function mergeUnlessOther(folder: SharesFolder): Promise<Summary | null> {
  const lock = await tryLockFile(folder.joinLock);
  if (!("release" in lock)) return null;
  await using _ = lock;
  return await joinLocked(folder);
}

async function joinLocked(folder: SharesFolder, signal?: AbortSignal): Promise<Summary> {
  const run = await folder.read();
  if (run === null) throw nothingToJoin(folder);
  const files = filesOf(folder.output, run);
  if (run.joined !== null) {
    const whole = { path: folder.output, rows: run.rows, receipt: folder.path };
    return summarise([whole], files[0]!, run.run.identity);
  }
  const [own, ...memberFiles] = files as [OutputFile, ...OutputFile[]];
  await using _ = await lockOutput({ path: own.path, memberFiles });
  const missing = await folder.missing(run.of);
  if (missing.length > 0) throw lacking(folder, run, missing);
  const parts = await partsOf(folder, run, files.length);
  const summaries: Summary[] = [];
  for (const [i, file] of files.entries())
    summaries.push(await summarise(parts[i]!, file, run.run.identity, signal));
  await writeProvenance(folder.output, run, summaries[0]!);
  // The output's own last: under its name appears what is complete.
  for (const [i, file] of [...files.entries()].reverse()) {
    signal?.throwIfAborted();
    await writeJoined(file, parts[i]!);
  }
  await folder.write({ ...run, joined: { bytes: (await pathSize(folder.output)) ?? 0 } });
  await folder.clear();
  return summaries[0]!;
}

async function writeProvenance(
  output: string,
  { provenance, of, rows, run }: SharedRun,
  { failed, dropped }: Summary,
) {
  if (provenance === undefined) return;
  const complete = { ...run, state: "complete", rows, hasFailures: [failed + dropped > 0] };
  const facts = { ...provenance, shares: of, finished: new Date().toISOString(), run: complete };
  await writeFileAtomic(outputPaths(output).provenance, `${JSON.stringify(facts, null, 2)}\n`);
}

/** The shares of each file, in order. Throws ERR_DEEPLASIA_SHARES for one that another run wrote. */
async function partsOf(folder: SharesFolder, run: SharedRun, files: number): Promise<SharePart[][]> {
  const parts: SharePart[][] = Array.from({ length: files }, () => []);
  for (let number = 1; number <= run.of; number++) {
    const share = { number, of: run.of };
    const paths = folder.pathsOf(share, run.memberFiles);
    const { from, to } = shareRange(share, run.rows, run.run.blockSize);
    const receipt = await readState(
      paths.receipt,
      runFile,
      `Delete ${paths.receipt} and run the share again.`,
    );
    const differing = receipt === null ? ["it is gone"] : differences(run.run, receipt);
    if (receipt !== null && receipt.rows !== to - from) differing.push(`the rows (${receipt.rows})`);
    if (differing.length > 0) throw ofAnotherRun(paths.receipt, differing);
    for (const [i, path] of [paths.output, ...paths.members].entries())
      parts[i]!.push({ path, rows: to - from, receipt: paths.receipt });
  }
  return parts;
}

async function writeJoined(file: OutputFile, parts: readonly SharePart[]): Promise<void> {
  const paths = outputPaths(file.path);
  const failures: string[] = [];
  for (const { path } of parts) {
    const ofPart = outputPaths(path).failures;
    if ((await pathKind(ofPart)) !== null) failures.push(ofPart);
  }
  const failuresHeader = csvLines([FAILURE_COLUMNS]);
  if (failures.length === 0) await rm(paths.failures, { force: true });
  else await concatenate(failures, failuresHeader, paths.failures);
  const header = file.format === "csv" ? csvLines([predictionColumns(file)]) : "";
  await concatenate(
    parts.map(({ path }) => path),
    header,
    paths.output,
  );
}

/** Joins files that all begin with a header. */
async function concatenate(files: readonly string[], header: string, target: string): Promise<void> {
  const start = Buffer.byteLength(header);
  await writeBeside(target, async (temporary) => {
    try {
      const output = createWriteStream(temporary);
      await pipeline(async function* () {
        yield header;
        for (const file of files) yield* createReadStream(file, { start });
      }, output);
    } catch (error) {
      throw outputError(error, target, "The shares are kept; merge joins them.");
    }
  });
}

/** Returns the summary of shares whose rows were all predicted before. Throws ERR_DEEPLASIA_SHARES unless every row is there once. */
export async function summarise(
  parts: readonly SharePart[],
  layout: Layout,
  { options }: RunIdentity,
  signal?: AbortSignal,
): Promise<Summary> {
  const summary = new SummaryBuilder();
  for await (const record of sharedRecords(parts, layout)) {
    signal?.throwIfAborted();
    summary.add(applyStrict(record, { strict: options.strict === true }), true);
  }
  return summary.build(0);
}

function nothingToJoin({ output, path }: SharesFolder): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_SHARES", `there are no shares of ${output}: ${path} is missing`, {
    file: path,
    remedy: "Give the `outputPath` of the run whose shares are to be joined.",
  });
}

function lacking(
  { path, output }: SharesFolder,
  { of, command }: SharedRun,
  missing: number[],
): DeeplasiaError {
  const again = `${command ?? "the same run with"} \`shard: "${missing[0]}/${of}"\``;
  const others = missing.length > 1 ? " (and so the others)" : "";
  return new DeeplasiaError(
    "ERR_DEEPLASIA_SHARES",
    `${path}: ${missing.length} of ${of} shares of ${output} are missing or not complete: ${numbersText(missing)}`,
    {
      file: path,
      remedy: `Run them again${others}, or submit the whole array again, which skips what is done:\n  ${again}`,
    },
  );
}

/** Formats ascending numbers, with ranges: `1, 3-6` */
export function numbersText(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(", ");
}

function ofAnotherRun(receipt: string, differing: readonly string[]): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_SHARES", `${receipt} is of another run: ${differing.join("; ")}`, {
    file: receipt,
    remedy: `Delete it and run that share again.`,
  });
}
