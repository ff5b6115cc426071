/** The evaluation of a prediction CSV. */
import { basename } from "node:path";
import type { z } from "zod";
import { DeeplasiaError } from "../errors.js";
import type { EvaluatePredictionsOptions } from "../options/calls/evaluatePredictionsOptions.js";
import { evaluatePredictionsOptions } from "../options/evaluate.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { commandLine } from "./commandLine.js";
import { evaluateFile, type PredictionEvaluation } from "./evaluateFile.js";
import { requireReportFolder } from "./reportFiles.js";

/**
 * Evaluates a prediction CSV of `predict`, `ensemble`, `train`, or of the reference: metrics with intervals, agreement,
 * subgroups, and what failed. With `out` a report is written: `report.html`, `metrics.json`, tables and figures.
 *
 * @param predictions The CSV. It may hold the truth itself; otherwise `annotationCsv` does.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _CSV, _CSV_COLUMN, _ROW, _USAGE if no row can be evaluated, _OUTPUT; the
 *   signal's reason when it is aborted.
 */
export async function evaluatePredictions(
  predictions: PathArgument,
  given: EvaluatePredictionsOptions = {},
): Promise<PredictionEvaluation> {
  const file = requireArgument("predictions", pathArgument, predictions);
  const options = requireOptions(evaluatePredictionsOptions, given);
  const { out, overwrite, signal } = options;
  requireSplit(options);
  requireCalibration(options);
  signal?.throwIfAborted();
  if (out !== undefined) await requireReportFolder(out, overwrite);
  const facts = out === undefined ? null : { out, ...namesOf(file, options) };
  return evaluateFile({ ...options, predictions: file }, options, facts);
}

function namesOf(file: string, options: PredictionsToEvaluate) {
  const call = evaluateCommand(file, options);
  return { call, title: options.title ?? `Evaluation of ${basename(file)}` };
}

type PredictionsToEvaluate = z.output<typeof evaluatePredictionsOptions>;

/** The command line of an evaluation of predictions: the files that they are compared with follow them. */
export function evaluateCommand(file: string, options: PredictionsToEvaluate): string {
  const flags = evaluatePredictionsOptions.omit({ signal: true, compareWith: true });
  return commandLine("evaluate", [file, ...options.compareWith], flags, options);
}

/** Throws `ERR_DEEPLASIA_OPTION` for a calibrating part without a split, and for one that is evaluated. */
export function requireCalibration(
  {
    calibrate,
    splitCsv,
    splitName,
  }: { calibrate?: string | undefined; splitCsv?: string | undefined; splitName: string },
  option = "calibrate",
): void {
  if (calibrate === undefined) return;
  const fault =
    splitCsv === undefined
      ? `\`${option}\` names a part of a split, and there is no split`
      : calibrate === splitName
        ? `\`${option}: ${calibrate}\` is the part that is evaluated`
        : null;
  if (fault !== null)
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", fault, {
      remedy: "Give `splitCsv` and `splitColumn`, and name another part than is evaluated.",
    });
}

/** Throws `ERR_DEEPLASIA_OPTION` where one of the two options of a split is missing. */
export function requireSplit({
  splitCsv,
  splitColumn,
}: {
  splitCsv?: string | undefined;
  splitColumn?: string | undefined;
}): void {
  if ((splitCsv === undefined) === (splitColumn === undefined)) return;
  const names = ["splitCsv", "splitColumn"];
  const [given, other] = splitCsv === undefined ? names.reverse() : names;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `\`${given}\` is given without \`${other}\``, {
    remedy: `Add \`${other}\`, or leave \`${given}\` out.`,
  });
}
