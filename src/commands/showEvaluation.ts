import { join } from "node:path";
import { aligned } from "../console/aligned.js";
import type { PredictionEvaluation } from "../report/evaluateFile.js";
import { REPORT_PAGE } from "../report/reportFiles.js";
import { estimateText } from "../report/table.js";
import { EXIT } from "./exit.js";

/** Prints the main numbers, and returns the exit code. */
export function showEvaluation(evaluation: PredictionEvaluation, out: string): number {
  const { ages, flow, failures, omissions, notes } = evaluation;
  const lines = [
    ["pictures evaluated", `${flow.evaluated} of ${flow.rows}`],
    ["MAD, months", estimateText(ages.mad)],
    ["mean error, months", estimateText(ages.me)],
    ["within 12 months, %", estimateText(ages.within12, 1, 100)],
    ["written", join(out, REPORT_PAGE)],
  ];
  process.stdout.write(`${aligned(lines, 1).join("\n")}\n`);
  for (const note of notes) process.stderr.write(`note: ${note}\n`);
  for (const { what, why } of omissions) process.stderr.write(`left out: ${what}: ${why}\n`);
  if (failures.length > 0)
    process.stderr.write(`without prediction: ${failures.length}, listed in the report\n`);
  return failures.length > 0 ? EXIT.rowsFailed : EXIT.done;
}
