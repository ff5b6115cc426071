/** `predict`: flags to one library call, its result to an exit code. */
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import { ageText } from "../boneAge/ageText.js";
import type { Logger } from "../console/logger.js";
import { createProgress, type Progress } from "../console/progress.js";
import { requireOneSource } from "../data/openGivenCohort.js";
import { pathKind } from "../files/pathKind.js";
import { longestForward } from "../inference/forward.js";
import { BUNDLED_MODEL, BUNDLED_WARNING } from "../model/bundled.js";
import { contractOptions } from "../options/contract.js";
import { addOptions, readOptions } from "../options/flags.js";
import { IGNORED_PREDICT_FLAGS } from "../options/ignoredPredictFlags.js";
import {
  cohortPredictionOptions,
  PREDICT_GROUPS,
  type PredictOptions,
  predictOptions,
} from "../options/predict.js";
import { isPack } from "../packFile/pack.js";
import { type MaskChoice, usesMasks } from "../prediction/maskModel.js";
import type { Models } from "../prediction/members.js";
import { overrideTexts } from "../prediction/overrides.js";
import { predictCohort } from "../prediction/predictCohort.js";
import type { PredictCohortOptions } from "../prediction/predictCohortOptions.js";
import { writeUntilStopped } from "../prediction/writePredictions.js";
import type { AnyPrediction } from "../predictionFiles/columns.js";
import { memberNames } from "../predictionFiles/memberNames.js";
import { isFailure } from "../records/record.js";
import { failureList, formatSummary, whyNothing } from "../records/summary.js";
import { shareText } from "../slurm/rowShare.js";
import { slurmTask } from "../slurm/slurmTask.js";
import { commandLogger } from "./commandLogger.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { EXIT, exitOf } from "./exit.js";
import { helpText, shortenHelp } from "./help.js";
import { logModels } from "./logModels.js";
import { reportShare, withoutShard } from "./merge.js";
import { loadModels, modelFiles } from "./models.js";
import { placesUsed } from "./referenceDefaults.js";
import { stopSignal } from "./signals.js";
import { isStdoutOpen } from "./streams.js";

const HELP = `
Examples:
  deeplasia-native predict hand.png --ckp_path model.pt --sex F
  deeplasia-native predict radiographs/ --ckp_path model.pt --sex-from cohort.csv --mask_dirs masks/
  deeplasia-native predict --ckp_path model.pt --annotation_csv cohort.csv --img_dir images --mask_dirs masks \\
      --output_path predictions.csv
  deeplasia-native predict --annotation_csv cohort.csv --img_dir images --output_path ensemble.csv \\
      --member-csvs members --ckp_path a.pt b.pt c.pt

Flags that take several values (--ckp_path, --mask_dirs) take all names up to the next flag: pictures go before the
flags, or after --.

After Ctrl-C, SIGTERM or SIGUSR1 the current batches are finished and written, and --resume continues the run. A job that
SLURM restarts resumes by itself. A model that does not return from a batch within 10 s is not waited for.

A TorchScript model is a program. One that reaches files or processes is refused, unless --trust is given; one that never
ends or takes all memory cannot be recognised before it runs. Use models from people you know.

Exit codes: 0 all rows predicted; 1 failure; 2 wrong usage; 3 some rows failed (listed in <output>.failures.csv), or
none was predicted; 130, 138, 143 interrupted.

${DISCLAIMER}`;

export function definePredict(command: Command): void {
  command
    .argument("[pictures...]", "files, folders or glob patterns; or a pack")
    .action((pictures: string[], parsed: Record<string, unknown>) => predict(pictures, parsed));
  for (const [group, shape] of Object.entries(PREDICT_GROUPS)) addOptions(command, shape, group);
  addOptions(command, contractOptions.shape, "Contract of the model (for fields that no manifest has):");
  for (const [flag, kind] of Object.entries(IGNORED_PREDICT_FLAGS)) {
    command.addOption(command.createOption(`--${flag}${kind === "value" ? " [value]" : ""}`).hideHelp());
  }
  shortenHelp(command, MOST_USED);
  command.addHelpText("after", helpText(HELP));
}

/** The options that most predictions need; the short help shows them. */
const MOST_USED = [
  ...["ckp_path", "manifest", "predict-sex", "mask-model", "annotation_csv", "img_dir", "mask_dirs"],
  ...[
    "sex",
    "sex-from",
    "split_csv",
    "split_column",
    "split_name",
    "batch_size",
    "num_workers",
    "device",
    "shard",
  ],
  ...["output_path", "format", "resume", "overwrite", "strict", "progress", "yes"],
];

async function predict(given: string[], parsed: Record<string, unknown>): Promise<void> {
  const { pictures, ...options } = await rowsOf(given, readOptions(predictOptions, parsed));
  const contract = readOptions(contractOptions, parsed);
  const named = await modelFiles(options);
  const modelPaths = named.map(({ file }) => file);
  const progress = createProgress(options.progress);
  const logger = commandLogger({ progress, logFile: process.env.LOG_FILE, source: "predict" });
  for (const flag of Object.keys(IGNORED_PREDICT_FLAGS)) {
    if (flag in parsed) logger.warn(`--${flag} has no effect on predictions`);
  }
  // Named after what commander calls them; a split that is not looked at would let all rows pass for its part.
  for (const [key, flag] of Object.entries({ split_csv: "--split_csv", split_name: "--split_name" }))
    if (key in parsed && options.splitColumn === "")
      logger.warn(`${flag} has no effect without --split_column: rows of all parts are predicted`);
  await ensureLibtorch({ yes: options.yes });
  const { models, sexModel, maskModel, all, dispose } = await loadModels(modelPaths, options, contract);
  try {
    const isPacked = options.annotationCsv !== undefined && (await isPack(options.annotationCsv));
    const places = isPacked ? null : placesUsed(parsed, options);
    if (places !== null) logger.info(places);
    if (all.every(({ network }) => network === null)) warnOfCheckpointFlags(options, logger);
    logger.info(DISCLAIMER);
    if (modelPaths[0] === BUNDLED_MODEL) logger.warn(BUNDLED_WARNING);
    logModels(all, logger, sexModel);
    const files = pictures.length > 0 ? pictures : undefined;
    const memberNamesGiven = named.length > 1 ? memberNames(named) : undefined;
    const run = { ...options, files, sexModel, maskModel, memberNames: memberNamesGiven };
    const asData = options.outputPath !== undefined || options.memberCsvs !== undefined || "format" in parsed;
    if (files === undefined || asData) await write(models, run, logger, progress);
    else await print(models, run, logger, progress);
  } finally {
    await dispose();
  }
}

/** A pack that is given in place of pictures has rows: it stands for `--annotation_csv`. */
async function rowsOf(
  pictures: string[],
  options: PredictOptions,
): Promise<PredictOptions & { pictures: string[] }> {
  const [first] = pictures;
  if (first === undefined || pictures.length > 1 || !(await isPack(first))) return { ...options, pictures };
  requireOneSource({ ...options, files: pictures });
  return { ...options, annotationCsv: first, pictures: [] };
}

function warnOfCheckpointFlags({ legacyCkp, backbone }: PredictOptions, logger: Logger): void {
  for (const [flag, isGiven] of Object.entries({ legacy_ckp: legacyCkp, backbone: backbone !== undefined }))
    if (isGiven) logger.warn(`--${flag} has no effect on a TorchScript model`);
}

type Run = Omit<PredictOptions, "maskModel"> &
  Pick<PredictCohortOptions, "files" | "sexModel" | "memberNames"> & { maskModel: MaskChoice };

/** Prints a line for each picture on stdout. */
async function print(models: Models, options: Run, logger: Logger, progress: Progress): Promise<void> {
  const stop = stopSignal(logger, longestForward);
  let [predicted, failed] = [0, 0];
  const against = areUsedAgainstContract(models, options);
  const records = predictCohort(models, { ...cohortPart(options), logger, signal: stop.signal });
  for await (const record of records) {
    if (!isStdoutOpen()) break;
    progress.hide();
    if (isFailure(record)) {
      failed += 1;
      logger.error(`${record.file}: ${record.message} [${record.code}]`);
    } else {
      predicted += 1;
      process.stdout.write(`${line(record)}${against ? "\tagainst the model's contract" : ""}\n`);
    }
  }
  process.exitCode = stop.exitCode ?? exitOf({ rows: predicted + failed, predicted, failed });
}

function areUsedAgainstContract(models: Models, { maskModel, maskDirs }: Run): boolean {
  const list = [models].flat();
  const hasMasks = (maskDirs[0] ?? "") !== "";
  return overrideTexts(list, usesMasks({ maskModel, models: list, hasMasks })).length > 0;
}

/** A job that SLURM restarts always resumes its own output, whether or not --overwrite discards earlier runs. */
function startOf({ resume, overwrite }: Run, outputPath: string): Pick<Run, "resume" | "overwrite"> {
  const isRestart = (slurmTask()?.restarts ?? 0) > 0 && outputPath !== "-";
  return isRestart ? { resume: true, overwrite: false } : { resume, overwrite };
}

function line(record: AnyPrediction): string {
  const { dir, imageId, sex, sexPredicted, sexFromHeader, ageMonths, boneAgeMonths, sexHat } = record;
  const name = [dir, imageId].filter(Boolean).join("/");
  const origin = sexPredicted ? " (predicted)" : sexFromHeader ? " (header)" : "";
  const sexText = sex === null ? "" : `${sex}${origin}`;
  const spread = "sdMonths" in record && record.sdMonths !== null ? ` ± ${record.sdMonths.toFixed(1)}` : "";
  const parts = [name, sexText, ageText(ageMonths), `${ageMonths.toFixed(1)}${spread} months`];
  // Beside a sex that was given it would read as if the sex were in doubt.
  if (sexHat !== null && (sex === null || sexPredicted)) parts.push(`male ${(100 * sexHat).toFixed(0)} %`);
  if (record.chronologicalAgeMonths !== null)
    parts.push(`chronological age ${record.chronologicalAgeMonths.toFixed(1)} months`);
  if (boneAgeMonths !== null) parts.push(`truth ${boneAgeMonths}`);
  return parts.join("\t");
}

/** Writes predictions into a file, or as data to stdout. */
async function write(models: Models, options: Run, logger: Logger, progress: Progress): Promise<void> {
  const stop = stopSignal(logger, longestForward);
  const outputPath =
    options.outputPath ?? (options.files === undefined ? "output/predictions_results.csv" : "-");
  const isCohortFile = options.annotationCsv !== undefined && (await pathKind(outputPath)) !== "other";
  const summary = await writeUntilStopped(models, {
    ...cohortPart(options),
    shard: options.shard ?? (isCohortFile && outputPath !== "-" ? "auto" : "none"),
    command: withoutShard(process.argv.slice(2)),
    outputPath,
    format: options.format,
    memberCsvs: options.memberCsvs,
    ...startOf(options, outputPath),
    logger,
    signal: stop.signal,
    onProgress: (event) => progress.update(event),
  });
  progress.finish();
  if (summary.rows > 0 || summary.share === undefined) logger.info(formatSummary(summary));
  for (const text of summary.overridden) logger.warn(text);
  const nothing = whyNothing(summary);
  if (nothing !== null && !summary.share?.joined) logger.error(nothing);
  if (summary.finished && summary.share !== undefined) {
    const code = reportShare(summary.share, outputPath, logger);
    // A share without any prediction has faulty pictures or masks, whatever the other tasks have predicted.
    process.exitCode = nothing === null ? code : EXIT.rowsFailed;
    return;
  }
  if (summary.finished) {
    if (outputPath !== "-") logger.info(`written: ${outputPath}`);
    const list = failureList(summary, outputPath);
    if (list !== "") logger.info(`${list}; the same command with --resume runs these rows again`);
    process.exitCode = exitOf(summary);
    return;
  }
  process.exitCode = stop.exitCode ?? EXIT.failure;
  if (summary.share !== undefined)
    logger.warn(`stopped; the same command resumes ${shareText(summary.share)}`);
  else if (outputPath !== "-")
    logger.warn(`stopped; run the same command with --resume (${outputPath}.partial)`);
}

/** Returns the options of the library call. */
function cohortPart({ files, sexModel, maskModel, memberNames, ...options }: Run): PredictCohortOptions {
  const scratch = options.scratch ?? (options.annotationCsv === undefined ? "none" : "auto");
  return {
    ...cohortPredictionOptions.strip().parse(options),
    scratch,
    files,
    sexModel,
    maskModel,
    memberNames,
  };
}
