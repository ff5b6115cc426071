/** Reads complete shares: strictly, as what is wrong here would be wrong in the joined file. */
import { DeeplasiaError } from "../../errors.js";
import { pathSize } from "../../files.js";
import type { Layout } from "../columns.js";
import { Cursor, failureLines, predictionLines } from "../partial.js";
import type { AnyRecord } from "../record.js";
import { outputPaths } from "../resume.js";

/** One share of one file. */
export interface SharePart {
  /** Of the predictions; failures lie beside it, if there are any. */
  path: string;
  /** Rows that it has to hold, failed ones included. */
  rows: number;
  /** What has to go if it is damaged, so that the share is run again. */
  receipt: string;
}

/**
 * The records of a file's shares, one share after the other, in the order of the rows. Throws ERR_DEEPLASIA_SHARES
 * unless each row is there once, in its place, and every byte belongs to one.
 */
export async function* sharedRecords(parts: readonly SharePart[], layout: Layout): AsyncGenerator<AnyRecord> {
  let last = 0;
  for (const part of parts) {
    let count = 0;
    for await (const record of recordsInOrder(part, layout)) {
      if (record.row <= last) throw damaged(part, `row ${record.row} is double or out of place`);
      last = record.row;
      count += 1;
      yield record;
    }
    if (count !== part.rows) throw damaged(part, `it holds ${count} rows and should hold ${part.rows}`);
  }
}

/** Predictions and failures are each in the cohort's order; together they are all rows. */
async function* recordsInOrder(part: SharePart, layout: Layout): AsyncGenerator<AnyRecord> {
  const { output, failures } = outputPaths(part.path);
  const predicted = await Cursor.open(predictionLines(output, layout), layout.format === "csv");
  const failed = await Cursor.open(failureLines(failures), true);
  const last = Number.POSITIVE_INFINITY;
  try {
    for (;;) {
      const next = (predicted.row ?? last) <= (failed.row ?? last) ? predicted : failed;
      if (next.record === null) break;
      yield next.record;
      await next.advance();
    }
    for (const [path, { end }] of [[output, predicted] as const, [failures, failed] as const])
      if (end !== ((await pathSize(path)) ?? 0)) throw damaged(part, `${path} is damaged after byte ${end}`);
  } finally {
    await predicted.close();
    await failed.close();
  }
}

function damaged({ path, receipt }: SharePart, what: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_SHARES", `${path}: ${what}`, {
    file: path,
    remedy: `Delete ${receipt} and ${path}, and run that share again.`,
  });
}
