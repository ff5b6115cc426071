/** What the status of the process says. */

import type { Summary } from "../records/summary.js";

/** All done; failure; wrong usage; finished, but some rows failed. Signals: 128 + their number. */
export const EXIT = { done: 0, failure: 1, usage: 2, rowsFailed: 3 } as const;

/** Of predictions that are finished: rows that failed, or rows and nothing of them, are not all done. */
export function exitOf({ rows, predicted, failed }: Pick<Summary, "rows" | "predicted" | "failed">): number {
  return failed > 0 || (rows > 0 && predicted === 0) ? EXIT.rowsFailed : EXIT.done;
}
