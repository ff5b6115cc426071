/** `evaluate`: a report of predictions, of a model, or of a run. */
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { contractOptions } from "../options/contract.js";
import { EVALUATE_GROUPS, evaluateFlags, evaluatePredictionsOptions } from "../options/evaluate.js";
import { addOptions, readOptions } from "../options/flags.js";
import { pick } from "../options/pick.js";
import { evaluatePredictions } from "../report/evaluatePredictions.js";
import { evaluateRun } from "../run/evaluateRun.js";
import { evaluateModelFiles } from "./evaluateModelFiles.js";
import { helpText, shortenHelp } from "./help.js";
import { showEvaluation } from "./showEvaluation.js";

const HELP = `
Examples:
  deeplasia-native evaluate predictions.csv --annotation_csv cohort.csv --out report
  deeplasia-native evaluate new.csv old.csv --annotation_csv cohort.csv --out report
  deeplasia-native evaluate output/run/version_0 --out report --by dir
  deeplasia-native evaluate --ckp_path model.pt --annotation_csv cohort.csv --img_dir images --mask_dirs masks \\
      --split_csv splits.csv --split_column split --out report

The folder gets report.html, metrics.json, tables (CSV, LaTeX) and figures (SVG, PNG); of a model also its predictions, and
a copy of the model with the bias correction that was fitted to the part train.

Exit codes: 0 all rows evaluated; 1 failure; 2 wrong usage; 3 some rows have no prediction (listed in the report).

${DISCLAIMER}`;

/** The options that most evaluations need; the short help shows them. */
const MOST_USED = [
  ...["out", "annotation_csv", "split_csv", "split_column", "split_name", "by", "calibrate", "overwrite"],
  ...["ckp_path", "img_dir", "mask_dirs", "no_regression", "in-place", "robustness", "resume", "shard"],
  "device",
];

export function defineEvaluate(command: Command): void {
  command
    .argument(
      "[predictions...]",
      "CSV of predict, ensemble, train, or of the reference, or the folder of a training run; the report compares it with further CSVs",
    )
    .addHelpText("after", helpText(HELP))
    .action(evaluate);
  for (const [group, shape] of Object.entries(EVALUATE_GROUPS)) addOptions(command, shape, group);
  addOptions(command, contractOptions.shape, "Contract of the model (for fields that no manifest has):");
  shortenHelp(command, MOST_USED);
}

async function evaluate(
  [predictions, ...compareWith]: string[],
  parsed: Record<string, unknown>,
): Promise<void> {
  const options = readOptions(evaluateFlags, parsed);
  const hasModel = options.ckpPath !== undefined;
  if ((predictions !== undefined) === hasModel) throw notOne(hasModel);
  if (predictions === undefined) return evaluateModelFiles(parsed);
  if (options.robustness) throw withoutModel();
  const isRun = (await pathKind(predictions)) === "folder";
  const found = await (isRun ? evaluateRun : evaluatePredictions)(predictions, {
    ...pick(options, evaluatePredictionsOptions.shape),
    compareWith,
  });
  process.exitCode = showEvaluation(found, options.out);
}

function withoutModel(): DeeplasiaError {
  return new DeeplasiaError(
    "ERR_DEEPLASIA_USAGE",
    "--robustness predicts changed pictures, and no model is given",
    {
      remedy: "Give the model with --ckp_path and its cohort with --annotation_csv, in place of predictions.",
    },
  );
}

function notOne(hasModel: boolean): DeeplasiaError {
  const what = hasModel ? "predictions and a model are given" : "neither predictions nor a model are given";
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, {
    remedy: "Give a prediction CSV, the folder of a run, or a model with --ckp_path.",
  });
}
