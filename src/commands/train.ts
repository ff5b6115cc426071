/** `train`: makes a run from config files and flags. */
import { join } from "node:path";
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import type { Logger } from "../console/logger.js";
import { createProgress } from "../console/progress.js";
import { formatError, toDeeplasiaError } from "../errors.js";
import { addOptions } from "../options/flags.js";
import { predictOptions } from "../options/predict.js";
import { type PrintStyle, registerTrainOptions } from "../options/train/registerTrainOptions.js";
import { formatConfig } from "../run/config/formatConfig.js";
import { readTrainConfig } from "../run/config/readTrainConfig.js";
import { referenceDefaults } from "../run/config/referenceLayout.js";
import { isTrial } from "../run/isTrial.js";
import type { RunFolder } from "../run/runFolder.js";
import { runTraining } from "../run/runTraining.js";
import { commandLogger } from "./commandLogger.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { EXIT } from "./exit.js";
import { exitStatusOf } from "./exitStatus.js";
import { helpText, shortenHelp } from "./help.js";
import { referenceParameters } from "./referenceDefaults.js";
import { type StopSignal, stopSignal } from "./signals.js";

const HELP = `
Examples:
  deeplasia-native train --config=configs/cosine_annealing.yml --name=hands --trainer.max_epochs=100 \\
      --model.backbone=efficientnet-b4 --data.annotation_path=annotations.csv --data.split_path=splits.csv \\
      --data.img_dir=images --data.mask_dirs=masks
  deeplasia-native train --config=my.yml --trainer.resume_from_checkpoint=last
  deeplasia-native train --config=my.yml --trainer.devices=4
  srun -N2 --ntasks-per-node=4 deeplasia-native train --config=my.yml --trainer.num_nodes=2 --trainer.devices=4
  deeplasia-native train --config=my.yml --print_config=comments

After Ctrl-C, SIGTERM or SIGUSR1 the current step ends and the state is saved; --trainer.resume_from_checkpoint=last resumes
the run as if it had not been interrupted. A job that SLURM restarts resumes by itself.

Exit codes: 0 trained and tested; 1 failure; 2 wrong usage; 130, 138, 143 interrupted, the state is saved.

${DISCLAIMER}`;

/** The most used settings, which the short help shows. */
const MOST_USED = [
  ...["config", "print_config", "name", "root_dir", "device", "strict", "yes"],
  ...["trainer.max_epochs", "trainer.precision", "trainer.devices", "trainer.num_nodes"],
  ...["trainer.resume_from_checkpoint", "trainer.fast_dev_run"],
  ...["model.backbone", "model.pretrained", "model.init_from"],
  ...["data.annotation_path", "data.split_path", "data.split_column", "data.img_dir", "data.mask_dirs"],
  ...["data.train_batch_size", "data.num_workers", "data.input_size"],
  ...["optimizer", "optimizer.lr", "lr_scheduler", "early_stopping.monitor", "early_stopping.patience"],
];

/** Options that are not settings of the run. */
const runShape = { yes: predictOptions.shape.yes };

export function defineTrain(command: Command): void {
  command.action(trainCommand);
  registerTrainOptions(command);
  addOptions(command, runShape, "Run:");
  shortenHelp(command, MOST_USED);
  command.addHelpText("after", helpText(HELP));
}

async function trainCommand(parsed: Record<string, unknown>): Promise<void> {
  const settings = await readTrainConfig(parsed);
  const { config } = settings;
  if (parsed.print_config !== undefined) {
    process.stdout.write(formatConfig(config, parsed.print_config as PrintStyle));
    return;
  }
  const progress = createProgress(config.trainer.enable_progress_bar ? "auto" : "none");
  let logFile = process.env.LOG_FILE;
  const logger = commandLogger({ progress, logFile: () => logFile, source: "train" });
  const stop = stopSignal(logger);
  const onFolder = ({ path }: RunFolder) => {
    // The folder of a trial is removed before the last line is logged.
    if (!isTrial(config)) logFile ??= join(path, "run.log");
  };
  await ensureLibtorch({ yes: parsed.yes === true });
  try {
    const warnings = [...referenceDefaults(settings), ...settings.warnings];
    const files = await referenceParameters();
    await runTraining({ ...settings, ...files, warnings, progress, logger, onFolder, signal: stop.signal });
  } catch (error) {
    process.exitCode = exitCodeOf(error, stop, logger);
  }
}

/** Returns the exit status for an error, and logs the error unless a signal caused it. Rethrows internal errors. */
function exitCodeOf(error: unknown, stop: StopSignal, logger: Logger): number {
  if (stop.signal.aborted && error === stop.signal.reason) return stop.exitCode ?? EXIT.failure;
  if (error instanceof DOMException && error.name === "AbortError") {
    // Another process of the run was asked to stop, which is no failure of this one.
    logger.info(error.message);
    return EXIT.done;
  }
  const failure = toDeeplasiaError(error);
  if (failure.code === "ERR_DEEPLASIA_INTERNAL") throw error;
  logger.error(`error: ${formatError(failure)}`);
  return stop.exitCode ?? exitStatusOf(failure.code);
}
