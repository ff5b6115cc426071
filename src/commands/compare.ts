/** `compare`: a report of several models on the same pictures. */
import { join } from "node:path";
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import { aligned } from "../console/aligned.js";
import { compareFlags } from "../options/evaluate.js";
import { addOptions, readOptions } from "../options/flags.js";
import { comparePredictions } from "../report/comparePredictions.js";
import { REPORT_PAGE } from "../report/reportFiles.js";
import { estimateText, pText } from "../report/table.js";
import { helpText } from "./help.js";

const HELP = `
Example:
  deeplasia-native compare a.csv b.csv --annotation_csv cohort.csv --out comparison

Rows that all files have are compared: metrics, differences of MAD with intervals and tests, correlation of errors.

${DISCLAIMER}`;

export function defineCompare(command: Command): void {
  command
    .argument("<predictions...>", "two or more prediction CSVs")
    .addHelpText("after", helpText(HELP))
    .action(compare);
  addOptions(command, compareFlags.shape, "Options:");
}

async function compare(predictions: string[], parsed: Record<string, unknown>): Promise<void> {
  const options = readOptions(compareFlags, parsed);
  const { models, pairs, pictures } = await comparePredictions(predictions, options);
  const lines = [
    ["pictures in all files", String(pictures)],
    ...models.map(({ name, ages }) => [`MAD of ${name}, months`, estimateText(ages.mad)]),
    ...pairs.map(({ first, second, mad, wilcoxon, isShown }) => [
      `${first} − ${second}, months`,
      `${estimateText(mad)}, Wilcoxon p ${pText(wilcoxon?.p ?? null)}${isShown ? "" : ": no difference shown"}`,
    ]),
    ["written", join(options.out, REPORT_PAGE)],
  ];
  process.stdout.write(`${aligned(lines, 1).join("\n")}\n`);
}
