/** The records that a predictions and a failures file hold together. */
import { pathSize } from "../files/pathKind.js";
import { type AnyRecord, isFailure } from "../records/record.js";
import type { Layout } from "./columns.js";
import type { OutputPaths } from "./outputPaths.js";
import { failureLines, LineCursor, predictionLines } from "./recordLines.js";

/**
 * The rows that a predictions and a failures file hold together, each of which is in order. Throws what `damaged` makes
 * of the words for bytes that are no lines of such a file.
 */
export async function* recordsInOrder(
  output: string,
  failures: string,
  layout: Layout,
  damaged: (what: string) => Error,
): AsyncGenerator<AnyRecord> {
  const predicted = await LineCursor.open(predictionLines(output, layout), layout.format === "csv");
  const failed = await LineCursor.open(failureLines(failures), true);
  const last = Number.POSITIVE_INFINITY;
  try {
    for (;;) {
      const next = (predicted.row ?? last) <= (failed.row ?? last) ? predicted : failed;
      if (next.record === null) break;
      yield next.record;
      await next.advance();
    }
    for (const [path, { end }] of [[output, predicted] as const, [failures, failed] as const])
      if (end !== ((await pathSize(path)) ?? 0)) throw damaged(`${path} is damaged after byte ${end}`);
  } finally {
    await predicted.close();
    await failed.close();
  }
}

/**
 * Whether a predictions and a failures file hold each of these rows once, in order, and nothing else; and how many of
 * them failed. `fault`: what is wrong, null if nothing is.
 */
export async function inspectRows(
  output: string,
  failures: string,
  layout: Layout,
  rowNumbers: AsyncIterable<number>,
): Promise<{ fault: string | null; rows: number; failed: number }> {
  const expected = rowNumbers[Symbol.asyncIterator]();
  const found = { fault: null as string | null, rows: 0, failed: 0 };
  const damaged = (what: string) => Object.assign(new Error(what), { isDamage: true });
  try {
    for await (const record of recordsInOrder(output, failures, layout, damaged)) {
      const { value: row, done } = await expected.next();
      if (done === true || record.row !== row) {
        const what = done === true ? "is one too many" : `stands where row ${row} belongs`;
        return { ...found, fault: `row ${record.row} of ${output} ${what}` };
      }
      found.rows += 1;
      if (isFailure(record)) found.failed += 1;
    }
    const rest = await expected.next();
    return rest.done === true ? found : { ...found, fault: `${output} has no row ${rest.value}` };
  } catch (error) {
    if (error instanceof Error && "isDamage" in error) return { ...found, fault: error.message };
    throw error;
  } finally {
    await expected.return?.();
  }
}

/** Records of a predictions and a failures file, predictions first; either file may be missing. */
export async function* readRecords(
  predictions: string,
  failures: string,
  layout: Layout,
): AsyncGenerator<AnyRecord> {
  for await (const { record } of predictionLines(predictions, layout)) if (record !== null) yield record;
  for await (const { record } of failureLines(failures)) if (record !== null) yield record;
}

/** Number of complete rows in the partial files, for messages. */
export async function countHeldRows(paths: OutputPaths, layout: Layout): Promise<number> {
  let count = 0;
  for await (const _ of readRecords(paths.partial, paths.failuresPartial, layout)) count += 1;
  return count;
}
