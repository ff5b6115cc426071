/** One file of predictions and the one of its failures, open under the names they have until the run is complete. */

import { constants } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { csvLines } from "../data/csvLines.js";
import { outputError } from "../files/outputError.js";
import { type AnyRecord, type FailureRecord, isFailure } from "../records/record.js";
import {
  type AnyPrediction,
  FAILURE_COLUMNS,
  failuresToCsv,
  type Layout,
  predictionColumns,
  predictionsToText,
} from "./columns.js";
import { type OutputPaths, outputPaths } from "./outputPaths.js";

/** A file and what its lines hold. */
export interface OutputFile extends Layout {
  path: string;
}

export const CAN_RESUME = "What is done is kept: run the same again with `resume: true`.";

/** The names are predictable, so a link that somebody put there is not followed. */
const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;

export class RecordFile {
  readonly paths: OutputPaths;
  private failures: FileHandle | null = null;

  private constructor(
    private readonly file: OutputFile,
    private readonly predictions: FileHandle,
  ) {
    this.paths = outputPaths(file.path);
  }

  /** Open the partial files, cut to so many bytes. Throws `ERR_DEEPLASIA_OUTPUT`. */
  static async open(file: OutputFile, bytes: number, failureBytes: number): Promise<RecordFile> {
    const { partial, failuresPartial } = outputPaths(file.path);
    try {
      // A new run begins with a new file, whatever lies there.
      if (bytes === 0) await rm(partial, { force: true });
      if (failureBytes === 0) await rm(failuresPartial, { force: true });
      else await truncate(failuresPartial, failureBytes);
      return new RecordFile(file, await openPartial(partial, file, bytes));
    } catch (error) {
      throw outputError(error, file.path);
    }
  }

  /** Append the predictions to one file and the failures to the other. */
  async write(records: readonly AnyRecord[]): Promise<void> {
    const predictions = records.filter((record): record is AnyPrediction => !isFailure(record));
    try {
      // FileHandle.writeFile continues after a short write. Both files are only appended to.
      await this.writeFailures(records.filter(isFailure));
      await this.predictions.writeFile(predictionsToText(predictions, this.file));
    } catch (error) {
      throw outputError(error, this.file.path, CAN_RESUME);
    }
  }

  private async writeFailures(failures: readonly FailureRecord[]): Promise<void> {
    if (failures.length === 0) return;
    this.failures ??= await open(this.paths.failuresPartial, APPEND);
    if ((await this.failures.stat()).size === 0) await this.failures.writeFile(csvLines([FAILURE_COLUMNS]));
    await this.failures.writeFile(failuresToCsv(failures));
  }

  /** Flush and close both files. */
  async close(): Promise<void> {
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
      throw outputError(error, this.file.path, CAN_RESUME);
    }
  }
}

async function truncate(path: string, bytes: number): Promise<void> {
  await using handle = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  await handle.truncate(bytes);
}

/** The partial file, cut to its first `bytes` bytes and open for what comes after them. */
async function openPartial(path: string, layout: Layout, bytes: number): Promise<FileHandle> {
  const handle = await open(path, APPEND);
  try {
    await handle.truncate(bytes);
    const needsHeader = layout.format === "csv" && bytes === 0;
    if (needsHeader) await handle.writeFile(csvLines([predictionColumns(layout)]));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
