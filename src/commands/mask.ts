/** `mask`: the masks of hands in pictures, as files. */
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import { createProgress } from "../console/progress.js";
import { writeMasksUntilStopped } from "../masks/writeMasks.js";
import { addOptions, readOptions } from "../options/flags.js";
import { MASK_GROUPS, maskFlags } from "../options/mask.js";
import { plural } from "../plural.js";
import { commandLogger } from "./commandLogger.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { EXIT, exitOf } from "./exit.js";
import { helpText } from "./help.js";
import { placesUsed } from "./referenceDefaults.js";
import { stopSignal } from "./signals.js";

const HELP = `
Examples:
  deeplasia-native mask radiographs/ --out masks/ --sheet masks.png
  deeplasia-native mask --annotation_csv cohort.csv --img_dir images --out masks/ --mask-model hand-mask.pt

Masks that are there are kept: the same command resumes an interrupted one. The bundled model was trained on synthetic
radiographs alone: look at the sheet.

Exit codes: 0 all masks made; 1 failure; 2 wrong usage; 3 some pictures have none (listed in <out>.failures.csv); 130, 138,
143 interrupted.

${DISCLAIMER}`;

export function defineMask(command: Command): void {
  command
    .argument("[pictures...]", "files, folders or glob patterns, instead of --annotation_csv")
    .addHelpText("after", helpText(HELP))
    .action((pictures: string[], parsed: Record<string, unknown>) => mask(pictures, parsed));
  for (const [group, shape] of Object.entries(MASK_GROUPS)) addOptions(command, shape, group);
}

async function mask(pictures: string[], parsed: Record<string, unknown>): Promise<void> {
  const { yes, progress: kind, ...options } = readOptions(maskFlags, parsed);
  const progress = createProgress(kind);
  const logger = commandLogger({ progress, logFile: process.env.LOG_FILE, source: "mask" });
  await ensureLibtorch({ yes });
  logger.info(DISCLAIMER);
  const places = placesUsed(parsed, options);
  if (places !== null) logger.info(places);
  const stop = stopSignal(logger);
  const { rows, written, kept, failures, finished } = await writeMasksUntilStopped({
    ...options,
    ...(pictures.length > 0 && { files: pictures }),
    logger,
    signal: stop.signal,
    onProgress: (event) => progress.update(event),
  });
  progress.finish();
  for (const { file, code, message } of failures) logger.error(`${file}: ${message} [${code}]`);
  const before = kept > 0 ? `, ${kept} were there already` : "";
  logger.info(`${options.out}: ${plural(written, "mask")} written${before}, ${failures.length} failed`);
  if (failures.length > 0) logger.info(`without a mask: ${options.out}.failures.csv`);
  if (!finished) {
    logger.warn("stopped; the same command resumes");
    process.exitCode = stop.exitCode ?? EXIT.failure;
    return;
  }
  if (options.sheet !== undefined) logger.info(`written: ${options.sheet}`);
  process.exitCode = exitOf({ rows, predicted: written + kept, failed: failures.length });
}
