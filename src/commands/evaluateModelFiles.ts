/** `evaluate --ckp_path`: loads the models, predicts, and reports. */
import { DISCLAIMER } from "../about.js";
import { createProgress } from "../console/progress.js";
import { missingOption } from "../errors.js";
import { longestForward } from "../inference/forward.js";
import { evaluateModels, type ModelEvaluation } from "../modelEvaluation/evaluateModels.js";
import { contractOptions } from "../options/contract.js";
import { evaluateFlags, evaluateModelsShape } from "../options/evaluate.js";
import { readOptions } from "../options/flags.js";
import { memberNames } from "../predictionFiles/memberNames.js";
import { shareText } from "../slurm/rowShare.js";
import { slurmTask } from "../slurm/slurmTask.js";
import { commandLogger } from "./commandLogger.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { EXIT } from "./exit.js";
import { withoutShard } from "./merge.js";
import { loadModels, modelFiles } from "./models.js";
import { parametersUsed } from "./referenceDefaults.js";
import { showEvaluation } from "./showEvaluation.js";
import { stopSignal } from "./signals.js";

export async function evaluateModelFiles(parsed: Record<string, unknown>): Promise<void> {
  const options = readOptions(evaluateFlags, parsed);
  const { annotationCsv, out } = options;
  if (annotationCsv === undefined)
    throw missingOption("annotationCsv", "the cohort to evaluate the model on, with its bone ages");
  const named = await modelFiles(options);
  const progress = createProgress(options.progress);
  const logger = commandLogger({ progress, logFile: process.env.LOG_FILE, source: "evaluate" });
  await ensureLibtorch({ yes: options.yes });
  const files = named.map(({ file }) => file);
  const loaded = await loadModels(files, options, readOptions(contractOptions, parsed));
  const { models, sexModel, maskModel, all, dispose } = loaded;
  const stop = stopSignal(logger, longestForward);
  try {
    logger.info(DISCLAIMER);
    for (const { file, device, merged } of all) {
      logger.info(`${file} on ${device.name} (${device.reason})`);
      const fromParameters = parametersUsed(file, merged.origins);
      if (fromParameters !== null) logger.info(fromParameters);
    }
    const shape = Object.keys(evaluateModelsShape);
    const known = Object.fromEntries(Object.entries(options).filter(([key]) => shape.includes(key)));
    const found = await evaluateModels(models, {
      ...{ ...known, out, annotationCsv, sexModel, maskModel, logger, signal: stop.signal },
      memberNames: named.length > 1 ? memberNames(named) : undefined,
      scratch: options.scratch ?? "auto",
      shard: options.shard ?? "auto",
      // A job that SLURM restarts resumes its own predictions.
      resume: options.resume || (slurmTask()?.restarts ?? 0) > 0,
      command: withoutShard(process.argv.slice(2)),
      onProgress: (event) => progress.update(event),
    });
    progress.finish();
    process.exitCode = exitOf(found, out);
  } finally {
    progress.finish();
    await dispose();
  }
  function exitOf({ report, share, failed }: ModelEvaluation, folder: string): number {
    if (report !== null)
      return Math.max(showEvaluation(report, folder), failed > 0 ? EXIT.rowsFailed : EXIT.done);
    logger.info(`${shareText(share!)} is complete; the report is written when all shares are`);
    return EXIT.done;
  }
}
