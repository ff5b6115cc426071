/** `evaluate`: a report of predictions. */
import { join } from "node:path";
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import { aligned } from "../console/aligned.js";
import { evaluateFlags } from "../options/evaluate.js";
import { addOptions, readOptions } from "../options/flags.js";
import { evaluatePredictions } from "../report/evaluatePredictions.js";
import { REPORT_PAGE } from "../report/reportFiles.js";
import { estimateText } from "../report/table.js";
import { EXIT } from "./exit.js";
import { helpText } from "./help.js";

const HELP = `
Examples:
  deeplasia-native evaluate predictions.csv --annotation_csv cohort.csv --out report
  deeplasia-native evaluate output/run/version_0/predictions/test_pred.csv --out report --by dir

The folder gets report.html, metrics.json, tables (CSV, LaTeX) and figures (SVG, PNG).

Exit codes: 0 all rows evaluated; 1 failure; 2 wrong usage; 3 some rows have no prediction (listed in the report).

${DISCLAIMER}`;

export function defineEvaluate(command: Command): void {
  command
    .argument("<predictions>", "CSV of predict, ensemble, train, or of the reference")
    .addHelpText("after", helpText(HELP))
    .action(evaluate);
  addOptions(command, evaluateFlags.shape, "Options:");
}

async function evaluate(predictions: string, parsed: Record<string, unknown>): Promise<void> {
  const options = readOptions(evaluateFlags, parsed);
  const { ages, flow, failures, omissions, notes } = await evaluatePredictions(predictions, options);
  const lines = [
    ["pictures evaluated", `${flow.evaluated} of ${flow.rows}`],
    ["MAD, months", estimateText(ages.mad)],
    ["mean error, months", estimateText(ages.me)],
    ["within 12 months, %", estimateText(ages.within12, 1, 100)],
    ["written", join(options.out, REPORT_PAGE)],
  ];
  process.stdout.write(`${aligned(lines, 1).join("\n")}\n`);
  for (const note of notes) process.stderr.write(`note: ${note}\n`);
  for (const { what, why } of omissions) process.stderr.write(`left out: ${what}: ${why}\n`);
  if (failures.length > 0)
    process.stderr.write(`without prediction: ${failures.length}, listed in the report\n`);
  process.exitCode = failures.length > 0 ? EXIT.rowsFailed : EXIT.done;
}
