/** Where predictions go: a CSV or JSON-lines file that appears when it is complete, or a stream. */

import type { AnyRecord, OutputRecord } from "../records/record.js";
import type { EarlierRows } from "./earlierRows.js";

export interface Output {
  /** Number of selected rows that are done already; the next block to write starts there. */
  readonly resumeIndex: number;
  /** The finished output whose failed rows are run again; null: every row is. */
  readonly earlier: EarlierRows | null;
  /** True once the reader of a pipe has closed it: further rows are not needed. */
  readonly closed: boolean;
  /** Records of an interrupted run that are kept; `index` is -1. Read before the first `write`. */
  resumedRecords(): AsyncIterable<AnyRecord>;
  /**
   * Write one whole block, in order: one record a row, and as many for each file of a member.
   * Throws `ERR_DEEPLASIA_OUTPUT`; then only `suspend` is left.
   */
  write(records: readonly AnyRecord[], ofMembers?: readonly (readonly OutputRecord[])[]): Promise<void>;
  /** Gives the files their final names, after every row was written. */
  complete(): Promise<void>;
  /** Stops, so that `resume` can continue. Idempotent; does nothing after `complete`. */
  suspend(): Promise<void>;
}
