/** The exit statuses of the process. */

import type { Summary } from "../records/summary.js";

/** All done; failure; wrong usage; finished, but some rows failed. Signals: 128 + their number. */
export const EXIT = { done: 0, failure: 1, usage: 2, rowsFailed: 3 } as const;

/** Returns the exit code of finished predictions: `rowsFailed` if a row failed, or if no row was predicted. */
export function exitOf({ rows, predicted, failed }: Pick<Summary, "rows" | "predicted" | "failed">): number {
  return failed > 0 || (rows > 0 && predicted === 0) ? EXIT.rowsFailed : EXIT.done;
}
