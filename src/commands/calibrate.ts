/** `calibrate`: a site's own correction of a model. */
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import { aligned } from "../console/aligned.js";
import { createProgress } from "../console/progress.js";
import { longestForward } from "../inference/forward.js";
import { type CalibratedModel, calibrateModel } from "../modelEvaluation/calibrateModel.js";
import { CALIBRATE_GROUPS, calibrateFlags } from "../options/calibrate.js";
import { contractOptions } from "../options/contract.js";
import { addOptions, readOptions } from "../options/flags.js";
import { estimateText } from "../report/table.js";
import { commandLogger } from "./commandLogger.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { EXIT } from "./exit.js";
import { helpText, shortenHelp } from "./help.js";
import { loadModels } from "./models.js";
import { stopSignal } from "./signals.js";

const HELP = `
Example:
  deeplasia-native calibrate model.pt --annotation_csv site.csv --img_dir images --mask_dirs masks --out site.pt

Predicts the site's pictures, fits a line through the errors, and measures by cross-validation what it gains. The new model is
written where the interval of the gain leaves out 0; else the reason is printed.

Exit codes: 0 written; 1 failure, or refused; 2 wrong usage.

${DISCLAIMER}`;

const MOST_USED = ["out", "annotation_csv", "img_dir", "mask_dirs", "by-sex", "folds", "overwrite", "device"];

export function defineCalibrate(command: Command): void {
  command.argument("<model>", "the model").addHelpText("after", helpText(HELP)).action(calibrate);
  for (const [group, shape] of Object.entries(CALIBRATE_GROUPS)) addOptions(command, shape, group);
  addOptions(command, contractOptions.shape, "Contract of the model (for fields that no manifest has):");
  shortenHelp(command, MOST_USED);
}

async function calibrate(file: string, parsed: Record<string, unknown>): Promise<void> {
  const options = readOptions(calibrateFlags, parsed);
  const progress = createProgress(options.progress);
  const logger = commandLogger({ progress, logFile: process.env.LOG_FILE, source: "calibrate" });
  await ensureLibtorch({ yes: options.yes });
  const { all, maskModel, dispose } = await loadModels([file], options, readOptions(contractOptions, parsed));
  const stop = stopSignal(logger, longestForward);
  try {
    const { out, annotationCsv, imgDir, maskDirs, bySex, folds, resamples, seed, overwrite } = options;
    const { batchSize, maxMemory, numWorkers, onQuality, autoOrient } = options;
    const found = await calibrateModel(all[0]!, {
      ...{ out, annotationCsv, imgDir, maskDirs, bySex, folds, resamples, seed, overwrite },
      ...{ batchSize, maxMemory, numWorkers, onQuality, autoOrient, maskModel, logger, signal: stop.signal },
      onProgress: (event) => progress.update(event),
    });
    progress.finish();
    show(found);
    process.exitCode = found.model === null ? EXIT.failure : EXIT.done;
  } finally {
    progress.finish();
    await dispose();
  }
}

function show({ model, refusal, pictures, failed, before, after, gain, line, bySex }: CalibratedModel): void {
  const lineText = ({ slope, intercept }: typeof line) =>
    `slope ${slope.toFixed(4)}, intercept ${intercept.toFixed(3)}`;
  const lines = [
    ["pictures", `${pictures}${failed > 0 ? `, ${failed} failed` : ""}`],
    ["MAD before, months", before.toFixed(2)],
    ["MAD after, cross-validated", after.toFixed(2)],
    ["difference, months", estimateText(gain)],
    ["correction", lineText(line)],
    ...(bySex?.girls ? [["correction, girls", lineText(bySex.girls)]] : []),
    ...(bySex?.boys ? [["correction, boys", lineText(bySex.boys)]] : []),
    ...(model === null ? [] : [["written", model]]),
  ];
  process.stdout.write(`${aligned(lines, 1).join("\n")}\n`);
  if (refusal !== null) process.stderr.write(`not written: ${refusal}\n`);
}
