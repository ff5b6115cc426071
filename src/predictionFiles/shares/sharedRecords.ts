/** Reads complete shares strictly, because a fault here would be a fault of the joined file. */

import { DeeplasiaError } from "../../errors.js";
import { plural } from "../../plural.js";
import type { AnyRecord } from "../../records/record.js";
import type { Layout } from "../columns.js";
import { outputPaths } from "../outputPaths.js";
import { recordsInOrder } from "../recordsInOrder.js";

/** One share of one file. */
export interface SharePart {
  /** The file of predictions; that of failures lies beside it, if there are any. */
  path: string;
  /** Rows that it has to hold, failed ones included. */
  rows: number;
  /** What to delete if it is damaged, so that the share is run again. */
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
    for await (const record of rowsOf(part, layout)) {
      if (record.row <= last) throw damaged(part, `row ${record.row} is double or out of place`);
      last = record.row;
      count += 1;
      yield record;
    }
    if (count !== part.rows)
      throw damaged(part, `it holds ${plural(count, "row")} and should hold ${part.rows}`);
  }
}

function rowsOf(part: SharePart, layout: Layout): AsyncIterable<AnyRecord> {
  const { output, failures } = outputPaths(part.path);
  return recordsInOrder(output, failures, layout, (what) => damaged(part, what));
}

function damaged({ path, receipt }: SharePart, what: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_SHARES", `${path}: ${what}`, {
    file: path,
    remedy: `Delete ${receipt} and ${path}, and run that share again.`,
  });
}
