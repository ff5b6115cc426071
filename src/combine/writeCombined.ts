/** Writes an ensemble of earlier predictions to a file, with its failures beside it. */

import { rm, writeFile } from "node:fs/promises";
import type { Logger } from "../console/logger.js";
import { csvLines } from "../data/csvLines.js";
import { outputError } from "../files/outputError.js";
import { pathKind } from "../files/pathKind.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { FAILURE_COLUMNS, failuresToCsv } from "../predictionFiles/columns.js";
import { outputPaths } from "../predictionFiles/outputPaths.js";
import { failureText } from "../predictionFiles/streamOutput.js";
import type { Combined } from "./combineCsvs.js";

/**
 * Writes the CSV, and the failed rows to `<path>.failures.csv`, both whole or not at all. To stdout (`-`), a pipe or a
 * device it writes the CSV alone; failed rows are then lines of the log. Throws `ERR_DEEPLASIA_OUTPUT`.
 */
export async function writeCombined(
  { csv, failures }: Combined,
  path: string,
  logger: Logger,
): Promise<void> {
  try {
    if (path === "-" || (await pathKind(path)) === "other") {
      for (const failure of failures) logger.warn(failureText(failure));
      if (path === "-") process.stdout.write(csv);
      else await writeFile(path, csv);
      return;
    }
    const failuresPath = outputPaths(path).failures;
    // The failures first, because the ensemble's own name stands for a complete result.
    if (failures.length === 0) await rm(failuresPath, { force: true });
    else await writeFileAtomic(failuresPath, csvLines([FAILURE_COLUMNS]) + failuresToCsv(failures));
    await writeFileAtomic(path, csv);
  } catch (error) {
    throw outputError(error, path);
  }
}
