/** `merge`: joins the shares of a run to its output; and the log lines about shares. */
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import type { Logger } from "../console/logger.js";
import { mergeShares, numbersText } from "../predictionFiles/shares/mergeShares.js";
import type { WrittenShare } from "../predictionFiles/shares/writeShare.js";
import { failureList, formatOutcome, type Summary, whyNothing } from "../records/summary.js";
import { word } from "../slurm/quote.js";
import { shareText } from "../slurm/rowShare.js";
import { commandLogger } from "./commandLogger.js";
import { EXIT, exitOf } from "./exit.js";
import { helpText } from "./help.js";

const HELP = `
Example:
  deeplasia-native merge predictions.csv

The last task to finish joins the shares by itself; this command is for the case that it could not. Shares lie in
<output>.parts. If some are missing, the command that predicts them is printed. Complete shares are never repeated.

Exit codes: 0 all rows predicted; 1 failure, such as a missing share; 3 some rows failed (<output>.failures.csv).

${DISCLAIMER}`;

export function defineMerge(command: Command): void {
  command
    .argument("<output>", "the --output_path of the run")
    .addHelpText("after", helpText(HELP))
    .action(merge);
}

async function merge(outputPath: string): Promise<void> {
  const logger = commandLogger({ logFile: process.env.LOG_FILE, source: "merge" });
  process.exitCode = reportJoined(await mergeShares(outputPath), outputPath, logger);
}

function reportJoined(summary: Summary, outputPath: string, logger: Logger): number {
  logger.info(formatOutcome(summary));
  const nothing = whyNothing(summary);
  if (nothing !== null) logger.error(nothing);
  logger.info(`written: ${outputPath}`);
  const list = failureList(summary, outputPath);
  if (list !== "") logger.info(`${list}; the same predict with --shard none --resume runs these rows again`);
  return exitOf(summary);
}

/**
 * Logs how many shares are complete after one of them, and returns its exit code. Failed rows are reported where the shares
 * are joined: a task with a complete share has succeeded.
 */
export function reportShare(share: WrittenShare, outputPath: string, logger: Logger): number {
  const { of, missing, joined } = share;
  if (joined !== null) {
    logger.info(`all ${of} shares are complete and joined`);
    return reportJoined(joined, outputPath, logger);
  }
  const rest =
    missing.length > 0
      ? `${of - missing.length} of ${of} are, missing: ${numbersText(missing)}`
      : "another task joins them";
  logger.info(`${shareText(share)} is complete; ${rest}. ${outputPath} appears when all are.`);
  return EXIT.done;
}

/** Returns the command line of this process, quoted for a shell, without its share. */
export function withoutShard(argv: readonly string[]): string {
  const kept = argv.filter((given, i) => !/^--shard(=|$)/.test(given) && argv[i - 1] !== "--shard");
  return ["deeplasia-native", ...kept.map(word)].join(" ");
}
