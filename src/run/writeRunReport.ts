import { join } from "node:path";
import { toDeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { writeReferencePlots } from "../report/referencePlots.js";
import { REPORT_PAGE } from "../report/reportFiles.js";
import { PARTS, type Part } from "../training/trainingRow.js";
import { evaluateRun } from "./evaluateRun.js";
import { learnsAge, PART_NAMES } from "./evaluationTable.js";
import type { PreparedRun } from "./preparedRun.js";

/**
 * Writes the report of a run into its folder. Where that cannot be made, the run has succeeded all the same: it is a warning.
 *
 * Throws the signal's reason.
 */
export async function writeRunReport({ config, folder, logger, signal }: PreparedRun): Promise<void> {
  if (!learnsAge(config)) return;
  const csvOf = (part: Part) => join(folder.predictions, `${PART_NAMES[part]}_pred.csv`);
  const has = async (part: Part) => (await pathKind(csvOf(part))) === "file";
  if (!(await has("test")) && !(await has("val"))) return;
  try {
    const calibrate = (await has("test")) && (await has("val")) ? "val" : undefined;
    await evaluateRun(folder.path, {
      out: folder.report,
      overwrite: true,
      calibrate,
      title: config.name,
      signal,
    });
    for (const part of PARTS) if (await has(part)) await writeReferencePlots(csvOf(part), PART_NAMES[part]);
    logger.info(`report: ${join(folder.report, REPORT_PAGE)}`);
  } catch (error) {
    signal.throwIfAborted();
    logger.warn(`no report: ${toDeeplasiaError(error).message}`);
  }
}
