/** `merge`: the shares of a run to its output; and what is said of shares. */
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import { createLogger, type Logger } from "../console/logger.js";
import { mergeShares, numbersText } from "../predictionFiles/shares/mergeShares.js";
import type { WrittenShare } from "../predictionFiles/shares/writeShare.js";
import { failureList, formatOutcome, type Summary, whyNothing } from "../records/summary.js";
import { word } from "../slurm/quote.js";
import { shareText } from "../slurm/rowShare.js";
import { EXIT, exitOf } from "./exit.js";
import { helpText } from "./help.js";

const HELP = `
Example:
  deeplasia-native merge predictions.csv

The last task to finish joins the shares by itself; this is for when it could not. Shares lie in <output>.parts. If some
are missing, the command that runs them is said. Nothing is lost or run twice: what is complete stays as it is.

Exit codes: 0 all rows predicted; 1 failure, such as a missing share; 3 some rows failed (<output>.failures.csv).

${DISCLAIMER}`;

export function registerMerge(program: Command): void {
  program
    .command("merge")
    .description(
      "join the shares of a prediction that several tasks made (predict in a SLURM array, or --shard)",
    )
    .argument("<output>", "the --output_path of the run")
    .addHelpText("after", helpText(HELP))
    .action(merge);
}

async function merge(outputPath: string): Promise<void> {
  const logger = createLogger({ logFile: process.env.LOG_FILE, source: "merge" });
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
 * Says how far the shares are after one of them; its exit code. Rows that failed are the business of whoever joins: a
 * share that is complete has done what was asked of its task.
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

/** The command line of this process as a shell takes it, for another share. */
export function withoutShard(argv: readonly string[]): string {
  const kept = argv.filter((given, i) => !/^--shard(=|$)/.test(given) && argv[i - 1] !== "--shard");
  return ["deeplasia-native", ...kept.map(word)].join(" ");
}
