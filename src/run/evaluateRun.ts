/** The report of a training run, from the predictions that its evaluation has written. */
import { basename, dirname, join } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import type { EvaluatePredictionsOptions } from "../options/calls/evaluatePredictionsOptions.js";
import { evaluatePredictionsOptions } from "../options/evaluate.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { commandLine } from "../report/commandLine.js";
import { evaluateFile, type PredictionEvaluation } from "../report/evaluateFile.js";
import { requireSplit } from "../report/evaluatePredictions.js";
import { requireReportFolder } from "../report/reportFiles.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { readLearningCurves } from "./readLearningCurves.js";
import { runFolder } from "./runFolder.js";

/** Files of a run's evaluation by the name of their part. */
const FILES: Readonly<Record<string, string>> = {
  test: "test",
  val: "validation",
  validation: "validation",
  train: "train",
};

/**
 * Evaluates the predictions that a training run has left in its folder, with its learning curves. The part is `splitName`, or
 * the validation part of a run without test pictures; `calibrate` names the part that calibrates prediction intervals. The
 * options are those of `evaluatePredictions`.
 *
 * @param run The folder of the run: `output/<name>/version_<n>`.
 * @throws DeeplasiaError as `evaluatePredictions`; ERR_DEEPLASIA_USAGE for a folder without predictions.
 */
export async function evaluateRun(
  run: PathArgument,
  given: EvaluatePredictionsOptions = {},
): Promise<PredictionEvaluation> {
  const path = requireArgument("run", pathArgument, run);
  const options = requireOptions(evaluatePredictionsOptions, given);
  const { out, overwrite, title, calibrate, signal } = options;
  requireSplit(options);
  signal?.throwIfAborted();
  if (out !== undefined) await requireReportFolder(out, overwrite);
  const folder = runFolder(path);
  const part = await partOf(folder.predictions, options.splitName);
  if (calibrate !== undefined && fileOf(folder.predictions, calibrate) === fileOf(folder.predictions, part))
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_OPTION",
      `\`calibrate: ${calibrate}\` is the part that is evaluated`,
      {
        remedy: "Calibrate with another part.",
      },
    );
  const files = {
    ...options,
    predictions: fileOf(folder.predictions, part),
    splitName: part,
    calibrationCsv: calibrate === undefined ? undefined : await existing(folder.predictions, calibrate),
  };
  const learning = await readLearningCurves(folder.metrics);
  const facts =
    out === undefined
      ? null
      : {
          out,
          learning,
          title: title ?? `Training run ${basename(dirname(folder.config))}`,
          call: commandLine("evaluate", [path], evaluatePredictionsOptions.omit({ signal: true }), options),
        };
  return evaluateFile(files, options, facts);
}

const fileOf = (predictions: string, part: string) => join(predictions, `${FILES[part] ?? part}_pred.csv`);

async function partOf(predictions: string, wanted: string): Promise<string> {
  const parts = wanted === "test" ? ["test", "val"] : [wanted];
  for (const part of parts) if ((await pathKind(fileOf(predictions, part))) === "file") return part;
  throw missing(fileOf(predictions, wanted));
}

async function existing(predictions: string, part: string): Promise<string> {
  const file = fileOf(predictions, part);
  if ((await pathKind(file)) === "file") return file;
  throw missing(file);
}

function missing(file: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", `${file} is missing: the run has no such predictions`, {
    file,
    remedy:
      "Evaluate its model: `deeplasia-native evaluate --ckp_path RUN/ckp/best_model.pt --annotation_csv …`.",
  });
}
