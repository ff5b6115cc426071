/** `phantom`: draw a cohort of synthetic radiographs. */

import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import { createProgress, type ProgressEvent } from "../console/progress.js";
import { addOptions, readOptions } from "../options/flags.js";
import { phantomOptions } from "../options/phantom.js";
import { SPLIT_COLUMN, SYNTHETIC_NOTICE, writePhantoms } from "../phantom/writePhantoms.js";
import { plural } from "../plural.js";
import { commandLogger } from "./commandLogger.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { EXIT } from "./exit.js";
import { helpText } from "./help.js";
import { stoppedExitCode, stopSignal } from "./signals.js";

const HELP = `
Example:
  deeplasia-native phantom --n 2000 --out cohort/ --seed 1

Writes images/, masks/, annotations.csv (bone_age: the maturity that was drawn, in months) and splits.csv (column
${SPLIT_COLUMN}: train, val, test). The same command resumes an interrupted one.

${SYNTHETIC_NOTICE}

${DISCLAIMER}`;

export function definePhantom(command: Command): void {
  command.addHelpText("after", helpText(HELP)).action(phantom);
  addOptions(command, phantomOptions.shape, "Phantoms:");
}

async function phantom(parsed: Record<string, unknown>): Promise<void> {
  const { yes, progress: kind, minAge, maxAge, ...options } = readOptions(phantomOptions, parsed);
  const progress = createProgress(kind);
  const logger = commandLogger({ progress, logFile: process.env.LOG_FILE, source: "phantom" });
  await ensureLibtorch({ yes });
  logger.info(SYNTHETIC_NOTICE);
  const stop = stopSignal(logger);
  let done = 0;
  const onProgress = (event: ProgressEvent) => {
    ({ done } = event);
    progress.update(event);
  };
  try {
    const recipe = { ...options, minAgeMonths: minAge, maxAgeMonths: maxAge };
    const { drawn } = await writePhantoms({ ...recipe, signal: stop.signal, onProgress });
    progress.finish();
    logger.info(`written: ${plural(drawn, "picture")} into ${options.out}`);
    process.exitCode = EXIT.done;
  } catch (error) {
    const exitCode = stoppedExitCode(error);
    if (exitCode === undefined) throw error;
    progress.finish();
    process.exitCode = exitCode;
    logger.warn(`stopped after ${done} of ${plural(options.n, "picture")}; the same command resumes`);
  }
}
