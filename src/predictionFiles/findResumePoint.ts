/** Finds how much of an interrupted run's partial files can be used. */
import type { Layout } from "./columns.js";
import type { OutputPaths } from "./outputPaths.js";
import { failureLines, LineCursor, predictionLines } from "./recordLines.js";

export interface ResumePoint {
  /** Number of selected rows that are done: whole blocks from the first row on. */
  index: number;
  /** Lengths to cut the two files to. */
  bytes: number;
  failureBytes: number;
}

/**
 * Find the longest row of whole blocks, from the first selected row on, that the partial files hold. Each row is in
 * one of them, both are in the cohort's order; so a gap in either, whatever made it, ends the run of rows. `most`: a whole
 * number of blocks to stop at.
 */
export async function findResumePoint(
  paths: OutputPaths,
  layout: Layout,
  rowNumbers: AsyncIterable<number>,
  blockSize: number,
  most = Number.POSITIVE_INFINITY,
): Promise<ResumePoint> {
  const predictions = await LineCursor.open(predictionLines(paths.partial, layout), layout.format === "csv");
  const failures = await LineCursor.open(failureLines(paths.failuresPartial), true);
  let reached = { index: 0, bytes: predictions.end, failureBytes: 0 };
  let atBlock = reached;
  try {
    for await (const row of rowNumbers) {
      if (reached.index === most) return reached;
      const holder = [predictions, failures].find((cursor) => cursor.row === row);
      if (holder === undefined) return atBlock;
      await holder.advance();
      // Without a failed row there is no failures file, not even a header.
      const failureBytes = holder === failures ? failures.end : reached.failureBytes;
      reached = { index: reached.index + 1, bytes: predictions.end, failureBytes };
      if (reached.index % blockSize === 0) atBlock = reached;
    }
    // Every row is there; the last block may be a short one.
    return reached;
  } finally {
    await predictions.close();
    await failures.close();
  }
}
