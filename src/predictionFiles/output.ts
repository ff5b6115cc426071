/** Where predictions go: a CSV or JSON-lines file that appears when it is complete, or a stream. */

import type { AnyRecord, OutputRecord } from "../records/record.js";
import type { EarlierRows } from "./earlierRows.js";

export interface Output {
  /** Number of selected rows that are done already; the next block to write starts there. */
  readonly resumeIndex: number;
  /** The finished output whose failed rows are run again; null: every row is. */
  readonly earlier: EarlierRows | null;
  /** True once nobody reads any more (the pipe was closed): the rest need not be worked out. */
  readonly closed: boolean;
  /** Records of an interrupted run that are kept; `index` is -1. Read before the first `write`. */
  resumedRecords(): AsyncIterable<AnyRecord>;
  /**
   * Write one whole block, in order: one record a row, and as many for each file of a member.
   * Throws `ERR_DEEPLASIA_OUTPUT`; then only `suspend` is left.
   */
  write(records: readonly AnyRecord[], ofMembers?: readonly (readonly OutputRecord[])[]): Promise<void>;
  /** Every row is written: give the files their final names. */
  complete(): Promise<void>;
  /** Stop here, with everything in place for `resume`. Idempotent; does nothing after `complete`. */
  suspend(): Promise<void>;
}
