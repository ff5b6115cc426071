/** Writes predictions to stdout, a pipe or a device as they come. Nothing can be resumed; failures are lines of the log. */

import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { csvLines } from "../data/csvLines.js";
import { isSystemError } from "../errors.js";
import { outputError } from "../files/outputError.js";
import { type AnyRecord, type FailureRecord, isFailure } from "../records/record.js";
import { type AnyPrediction, predictionColumns, predictionsToText } from "./columns.js";
import type { Output } from "./output.js";
import type { OutputOptions } from "./outputOptions.js";

export async function openStreamOutput(options: OutputOptions): Promise<Output> {
  const { path, format, stdout = process.stdout } = options;
  const output = new StreamOutput(path === "-" ? stdout : createWriteStream(path), options);
  if (format === "csv") await output.writeText(csvLines([predictionColumns(options)]));
  return output;
}

/** A failure as a line of the log. */
export function failureText({ row, file, message, code }: FailureRecord): string {
  return `row ${row}: ${message.includes(file) ? "" : `${file}: `}${message} (${code})`;
}

class StreamOutput implements Output {
  readonly resumeIndex = 0;
  readonly earlier = null;
  closed = false;

  constructor(
    private readonly stream: Writable,
    private readonly options: OutputOptions,
  ) {
    // The callback of write() gets the error; a stream without listener would end the process as well.
    stream.on("error", () => {});
  }

  async *resumedRecords(): AsyncGenerator<AnyRecord> {}

  async write(records: readonly AnyRecord[]): Promise<void> {
    for (const record of records) if (isFailure(record)) this.options.logger.warn(failureText(record));
    const predictions = records.filter((record): record is AnyPrediction => !isFailure(record));
    if (predictions.length > 0) await this.writeText(predictionsToText(predictions, this.options));
  }

  /** Resolves when the text is handed on, so that a slow reader slows the run rather than filling the memory. */
  writeText(text: string): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.stream.write(text, (error) => {
        if (error === null || error === undefined) return resolve();
        // The reader, such as `head`, has enough: that is no failure.
        if (!isSystemError(error, "EPIPE", "ERR_STREAM_DESTROYED"))
          return reject(outputError(error, this.name));
        this.closed = true;
        resolve();
      });
    });
  }

  private get name(): string {
    return this.options.path === "-" ? "stdout" : this.options.path;
  }

  async complete(): Promise<void> {
    await this.suspend();
  }

  async suspend(): Promise<void> {
    // stdout is not ours to end.
    if (this.options.path === "-" || this.stream.destroyed) return;
    await new Promise<void>((resolve) => this.stream.end(resolve));
  }
}
