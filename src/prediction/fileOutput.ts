/** Predictions to a file: appended beside it block by block, renamed when all rows are there. */
import { type FileHandle, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { outputError, pathKind, renameDurably, syncFolder } from "../files.js";
import type { Output, OutputOptions } from "./output.js";
import { readRecords } from "./partial.js";
import {
  csvLines,
  FAILURE_COLUMNS,
  type FailureRecord,
  failuresToCsv,
  isFailure,
  type OutputRecord,
  type PredictionRecord,
  predictionsToCsv,
  predictionsToJsonl,
} from "./record.js";
import { type OutputPaths, type RunFile, writeRunFile } from "./resume.js";

const CAN_RESUME = "What is done is kept: the same command with --resume goes on from there.";

/** The last steps of a run, each repeatable: after a kill in between, `resume` takes them again from the first. */
export function finishingSteps(paths: OutputPaths, run: RunFile): (() => Promise<void>)[] {
  const renameIfThere = async (from: string, to: string) => {
    if ((await pathKind(from)) !== null) await renameDurably(from, to);
  };
  return [
    () => writeRunFile(paths, run),
    // Without failures, the failures of an earlier run must not stay beside the new predictions.
    () =>
      run.hasFailures === true
        ? renameIfThere(paths.failuresPartial, paths.failures)
        : rm(paths.failures, { force: true }),
    () => renameIfThere(paths.partial, paths.output),
    () => rm(paths.run, { force: true }),
    () => syncFolder(dirname(paths.output)),
  ];
}

/** Give complete files their final names. Throws `ERR_DEEPLASIA_OUTPUT`. */
export async function finish(paths: OutputPaths, run: RunFile): Promise<void> {
  try {
    for (const step of finishingSteps(paths, run)) await step();
  } catch (error) {
    throw outputError(error, paths.output, CAN_RESUME);
  }
}

export class FileOutput implements Output {
  readonly closed = false;
  private index: number;
  private failures: FileHandle | null = null;
  private done: boolean;

  /** `predictions` is the partial file, open at its end; null if the run is complete and nothing is left to write. */
  constructor(
    private readonly options: OutputOptions,
    private readonly paths: OutputPaths,
    private readonly run: RunFile,
    private readonly predictions: FileHandle | null,
    readonly resumeIndex: number,
  ) {
    this.index = resumeIndex;
    this.done = predictions === null;
  }

  resumedRecords(): AsyncIterable<OutputRecord> {
    const { output, failures, partial, failuresPartial } = this.paths;
    return this.predictions === null
      ? readRecords(output, failures, this.options)
      : readRecords(partial, failuresPartial, this.options);
  }

  async write(records: readonly OutputRecord[]): Promise<void> {
    if (this.predictions === null || this.done) throw new Error("write after the end of an output");
    for (const record of records) {
      if (record.index !== this.index) throw new Error(`row ${record.row} is not the next one`);
      this.index += 1;
    }
    const { format, hasSexHead } = this.options;
    const toText = format === "csv" ? predictionsToCsv : predictionsToJsonl;
    const predictions = records.filter((record): record is PredictionRecord => !isFailure(record));
    try {
      // FileHandle.writeFile goes on after a short write, at the end of the file as both are only appended to.
      await this.writeFailures(records.filter(isFailure));
      await this.predictions.writeFile(toText(predictions, hasSexHead));
    } catch (error) {
      throw outputError(error, this.paths.output, CAN_RESUME);
    }
  }

  private async writeFailures(failures: readonly FailureRecord[]): Promise<void> {
    if (failures.length === 0) return;
    this.failures ??= await open(this.paths.failuresPartial, "a");
    if ((await this.failures.stat()).size === 0) await this.failures.writeFile(csvLines([FAILURE_COLUMNS]));
    await this.failures.writeFile(failuresToCsv(failures));
  }

  async complete(): Promise<void> {
    if (this.done) return;
    await this.close();
    // Not `this.failures`: a resumed run may have failures of before and none of its own.
    const hasFailures = (await pathKind(this.paths.failuresPartial)) !== null;
    await finish(this.paths, { ...this.run, state: "complete", rows: this.index, hasFailures });
  }

  suspend(): Promise<void> {
    return this.done ? Promise.resolve() : this.close();
  }

  /** Flush and close both files. */
  private async close(): Promise<void> {
    this.done = true;
    try {
      for (const handle of [this.failures, this.predictions]) {
        if (handle === null) continue;
        try {
          await handle.sync();
        } finally {
          await handle.close();
        }
      }
    } catch (error) {
      throw outputError(error, this.paths.output, CAN_RESUME);
    }
  }
}
