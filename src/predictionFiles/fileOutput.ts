/** Writes predictions to files: blocks are appended to partial files, which are renamed when all rows are there. */
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { outputError } from "../files/outputError.js";
import { pathKind } from "../files/pathKind.js";
import { renameDurably, syncFolder } from "../files/renameDurably.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import type { AnyRecord, OutputRecord } from "../records/record.js";
import type { EarlierRows } from "./earlierRows.js";
import type { Output } from "./output.js";
import type { OutputOptions } from "./outputOptions.js";
import { type OutputPaths, outputPaths } from "./outputPaths.js";
import { CAN_RESUME, type OutputFile, type RecordFile } from "./recordFile.js";
import { inspectRows, readRecords } from "./recordsInOrder.js";
import { type RunFile, writeRunFile } from "./runFile.js";

/**
 * The last steps of a run, each repeatable: after a kill in between, `resume` takes them again from the first. The first
 * of the outputs holds the run file, and appears last. The run file goes, or becomes the receipt that is asked for.
 */
export function finishingSteps(
  outputs: readonly OutputPaths[],
  run: RunFile,
  receipt?: string,
): (() => Promise<void>)[] {
  const renameIfThere = async (from: string, to: string) => {
    if ((await pathKind(from)) !== null) await renameDurably(from, to);
  };
  const [first] = outputs as [OutputPaths];
  const renamings = outputs.map((paths, i) => [
    // Without failures, the failures of an earlier run must not stay beside the new predictions.
    () =>
      run.hasFailures?.[i] === true
        ? renameIfThere(paths.failuresPartial, paths.failures)
        : rm(paths.failures, { force: true }),
    () => renameIfThere(paths.partial, paths.output),
  ]);
  return [
    () => writeRunFile(first, run),
    ...renamings.reverse().flat(),
    () => (receipt === undefined ? rm(first.run, { force: true }) : renameDurably(first.run, receipt)),
    () => syncFolder(dirname(first.output)),
  ];
}

/** Give complete files their final names. Throws `ERR_DEEPLASIA_OUTPUT`. */
export async function finish(outputs: readonly OutputPaths[], run: RunFile, receipt?: string): Promise<void> {
  try {
    for (const step of finishingSteps(outputs, run, receipt)) await step();
  } catch (error) {
    throw outputError(error, outputs[0]!.output, CAN_RESUME);
  }
}

/** Removes files without rows, so that they do not block the next attempt. */
export async function discardEmpty(outputs: readonly OutputPaths[]): Promise<void> {
  const [{ run }] = outputs as [OutputPaths];
  for (const path of [...outputs.map(({ partial }) => partial), run])
    await rm(path, { force: true }).catch(() => {});
}

export class FileOutput implements Output {
  readonly closed = false;
  private index: number;
  private done: boolean;

  /**
   * `files`: the output's own and the members', open at their ends; null if the run is complete. `earlier`: the finished
   * output whose failed rows are run again.
   */
  constructor(
    private readonly options: OutputOptions,
    private readonly run: RunFile,
    private readonly files: readonly RecordFile[] | null,
    readonly resumeIndex: number,
    readonly earlier: EarlierRows | null = null,
  ) {
    this.index = resumeIndex;
    this.done = files === null;
  }

  resumedRecords(): AsyncIterable<AnyRecord> {
    const { output, failures, partial, failuresPartial } = outputPaths(this.options.path);
    return this.files === null
      ? readRecords(output, failures, this.options)
      : readRecords(partial, failuresPartial, this.options);
  }

  async write(
    records: readonly AnyRecord[],
    ofMembers: readonly (readonly OutputRecord[])[] = [],
  ): Promise<void> {
    if (this.files === null || this.done) throw new Error("write after the end of an output");
    for (const record of records) {
      if (record.index !== this.index) throw new Error(`row ${record.row} is not the next one`);
      this.index += 1;
    }
    for (const [i, file] of this.files.entries()) await file.write(i === 0 ? records : ofMembers[i - 1]!);
  }

  async complete(): Promise<void> {
    if (this.files === null || this.done) return;
    await this.close(this.files);
    const outputs = this.files.map(({ paths }) => paths);
    const hasFailures: boolean[] = [];
    // Not what this run has seen: a resumed run may have failures of before and none of its own.
    for (const { failuresPartial } of outputs) hasFailures.push((await pathKind(failuresPartial)) !== null);
    await this.requireWhole();
    const complete: RunFile = { ...this.run, state: "complete", rows: this.index, hasFailures };
    await this.writeProvenance(outputs[0]!, complete);
    await finish(outputs, complete, this.options.receipt);
  }

  /** Checks that the files hold what this run wrote, in case another process wrote them despite the lock. */
  private async requireWhole(): Promise<void> {
    const { memberFiles = [], rowNumbers } = this.options;
    const files: OutputFile[] = [this.options, ...memberFiles];
    for (const file of files) {
      const { partial, failuresPartial } = outputPaths(file.path);
      const { fault } = await inspectRows(partial, failuresPartial, file, rowNumbers());
      if (fault === null) continue;
      throw new DeeplasiaError(
        "ERR_DEEPLASIA_OUTPUT",
        `${file.path} is not as this run has written it: ${fault}; did another process write it, too?`,
        {
          file: partial,
          remedy: "Let one process run alone with `resume: true`: it keeps what is in order.",
        },
      );
    }
  }

  /** Writes the provenance, before the output gets its name. */
  private async writeProvenance({ provenance }: OutputPaths, run: RunFile): Promise<void> {
    if (this.options.provenance === undefined) return;
    const facts = {
      ...this.options.provenance,
      finished: new Date().toISOString(),
      run: { ...run, retry: undefined },
    };
    await writeFileAtomic(provenance, `${JSON.stringify(facts, null, 2)}\n`);
  }

  async suspend(): Promise<void> {
    if (this.files === null || this.done) return;
    await this.close(this.files);
    if (this.index === 0) await discardEmpty(this.files.map(({ paths }) => paths));
  }

  private async close(files: readonly RecordFile[]): Promise<void> {
    this.done = true;
    const closed = await Promise.allSettled(files.map((file) => file.close()));
    for (const result of closed) if (result.status === "rejected") throw result.reason;
  }
}
