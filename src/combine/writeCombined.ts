/** An ensemble of earlier predictions into a file, with its failures beside it. */

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
 * Write the CSV, and the rows that failed to `<path>.failures.csv`; both whole or not at all. To stdout (`-`), a pipe or
 * a device goes the CSV alone; failed rows are lines of the log then. Throws `ERR_DEEPLASIA_OUTPUT`.
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
    // The failures first: under the ensemble's own name appears what is complete.
    if (failures.length === 0) await rm(failuresPath, { force: true });
    else await writeFileAtomic(failuresPath, csvLines([FAILURE_COLUMNS]) + failuresToCsv(failures));
    await writeFileAtomic(path, csv);
  } catch (error) {
    throw outputError(error, path);
  }
}
