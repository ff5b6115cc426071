/** `ensemble`: prediction CSVs to one. */
import { basename } from "node:path";
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import { combinePredictions } from "../combine/combinePredictions.js";
import type { Logger } from "../console/logger.js";
import { DeeplasiaError } from "../errors.js";
import { ensembleFlags } from "../options/ensemble.js";
import { addOptions, readOptions } from "../options/flags.js";
import { plural } from "../plural.js";
import type { NamedFile } from "../predictionFiles/memberNames.js";
import { failureText } from "../predictionFiles/streamOutput.js";
import { deviationLines } from "../records/summary.js";
import { commandLogger } from "./commandLogger.js";
import { EXIT } from "./exit.js";
import { helpText } from "./help.js";
import { namedFile } from "./namedFile.js";
import { publishedFiles } from "./publishedFiles.js";

const HELP = `
Examples:
  deeplasia-native ensemble a.csv b.csv c.csv -o ensemble.csv --annotation_csv cohort.csv
  deeplasia-native ensemble members/ --members published -o ensemble.csv

Each CSV has image_ID and pred_bone_age, as predict writes them; equal names in different folders are told apart by dir
where all files have it. Files with "ensemble" in their names, and lists of failures, are left out.

Exit codes: 0 all rows combined; 1 failure; 2 wrong usage; 3 some rows failed (listed in <output>.failures.csv).

${DISCLAIMER}`;

export function defineEnsemble(command: Command): void {
  command
    .argument("<predictions...>", "CSV files; with --members published the folder that holds them")
    .addHelpText("after", helpText(HELP))
    .action((inputs: string[], parsed: Record<string, unknown>) => ensemble(inputs, parsed));
  addOptions(command, ensembleFlags.shape, "Options:");
}

async function ensemble(inputs: readonly string[], parsed: Record<string, unknown>): Promise<void> {
  const { members: which, outputPath, ...options } = readOptions(ensembleFlags, parsed);
  const logger = commandLogger({ logFile: process.env.LOG_FILE, source: "ensemble" });
  const files = which === "published" ? await published(inputs) : await membersAmong(inputs, logger);
  const members = files.map(({ file, name }) => (name === null ? file : { file, name }));
  const combined = await combinePredictions(members, { ...options, outputPath, logger });
  const { rows, failures, deviations, notes } = combined;
  for (const note of notes) logger.warn(note);
  logger.info(
    `${rows} of ${plural(rows + failures.length, "row")} combined of ${plural(files.length, "member")}`,
  );
  for (const line of deviationLines(deviations)) logger.info(line);
  const [first] = failures;
  if (first !== undefined) logger.info(`the first that failed: ${failureText(first)}`);
  if (outputPath !== "-") logger.info(`written: ${outputPath}`);
  if (outputPath !== "-" && first !== undefined) logger.info(`not combined: ${outputPath}.failures.csv`);
  if (rows === 0) logger.error(`there is no row to combine in ${files.map(({ file }) => file).join(", ")}`);
  process.exitCode = failures.length > 0 || rows === 0 ? EXIT.rowsFailed : EXIT.done;
}

async function published(inputs: readonly string[]): Promise<NamedFile[]> {
  if (inputs.length === 1)
    return (await publishedFiles(inputs[0]!, [".csv"])).map((file) => ({ file, name: null }));
  throw usage("--members published goes with one folder", "Give it in place of the CSV files.");
}

/** Returns the members' files, without the other files that a pattern such as `*.csv` matches. */
async function membersAmong(inputs: readonly string[], logger: Logger): Promise<NamedFile[]> {
  const all: NamedFile[] = [];
  for (const input of inputs) all.push(await namedFile(input));
  const isOther = ({ file }: NamedFile) => /ensemble|\.failures\.csv$/.test(basename(file));
  const others = all.filter(isOther);
  if (others.length > 0)
    logger.info(
      `left out, because they are not predictions of members: ${others.map(({ file }) => file).join(", ")}`,
    );
  const files = all.filter((each) => !isOther(each));
  if (files.length > 0) return files;
  throw usage("no predictions of members are given", "Give the CSV file of each member.");
}

function usage(what: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy });
}
