/** `evaluate --ckp_path`: loads the models, predicts, and reports. */
import { DISCLAIMER } from "../about.js";
import type { Logger } from "../console/logger.js";
import { createProgress } from "../console/progress.js";
import { missingOption } from "../errors.js";
import { longestForward } from "../inference/forward.js";
import { evaluateModels, type ModelEvaluation } from "../modelEvaluation/evaluateModels.js";
import { contractOptions } from "../options/contract.js";
import { evaluateFlags, evaluateModelsShape } from "../options/evaluate.js";
import { readOptions } from "../options/flags.js";
import { pick } from "../options/pick.js";
import { memberNames } from "../predictionFiles/memberNames.js";
import { shareText } from "../slurm/rowShare.js";
import { slurmTask } from "../slurm/slurmTask.js";
import { commandLogger } from "./commandLogger.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { EXIT } from "./exit.js";
import { logModels } from "./logModels.js";
import { withoutShard } from "./merge.js";
import { loadModels, modelFiles } from "./models.js";
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
    logModels(all, logger);
    const found = await evaluateModels(models, {
      ...{
        ...pick(options, evaluateModelsShape),
        out,
        annotationCsv,
        sexModel,
        maskModel,
        logger,
        signal: stop.signal,
      },
      memberNames: named.length > 1 ? memberNames(named) : undefined,
      scratch: options.scratch ?? "auto",
      shard: options.shard ?? "auto",
      // A job that SLURM restarts resumes its own predictions.
      resume: options.resume || (slurmTask()?.restarts ?? 0) > 0,
      command: withoutShard(process.argv.slice(2)),
      onProgress: (event) => progress.update(event),
    });
    progress.finish();
    process.exitCode = exitOf(found, out, logger);
  } finally {
    progress.finish();
    await dispose();
  }
}

function exitOf({ report, share, failed }: ModelEvaluation, folder: string, logger: Logger): number {
  if (report !== null)
    return Math.max(showEvaluation(report, folder), failed > 0 ? EXIT.rowsFailed : EXIT.done);
  logger.info(`${shareText(share!)} is complete; the report is written when all shares are`);
  return EXIT.done;
}
