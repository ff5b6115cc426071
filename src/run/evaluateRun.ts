/** The report of a training run, from the predictions that its evaluation has written. */
import { basename, dirname, join } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import type { EvaluatePredictionsOptions } from "../options/calls/evaluatePredictionsOptions.js";
import { evaluatePredictionsOptions } from "../options/evaluate.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { evaluateFile, type PredictionEvaluation } from "../report/evaluateFile.js";
import { evaluateCommand, requireSplit } from "../report/evaluatePredictions.js";
import { requireReportFolder } from "../report/reportFiles.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { cohortOfRun } from "./cohortOfRun.js";
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
 * options are those of `evaluatePredictions`. The cohort is that of the run's `config.yaml`, where its CSVs are as they were.
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
    // As the split CSV has it.
    splitName: part === "validation" ? "val" : part,
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
          call: evaluateCommand(path, options),
        };
  const isGiven = options.annotationCsv !== undefined || options.splitCsv !== undefined;
  const cohort = isGiven ? {} : await cohortOfRun(folder);
  if (typeof cohort === "string")
    return evaluateFile({ ...files, notes: [withoutCohort(cohort)] }, options, facts);
  try {
    return await evaluateFile({ ...files, ...cohort }, options, facts);
  } catch (error) {
    if (isGiven || !(error instanceof DeeplasiaError) || !OF_A_COHORT.has(error.code)) throw error;
    return evaluateFile({ ...files, notes: [withoutCohort(error.message)] }, options, facts);
  }
}

/** What training takes with a note, such as a row that is there twice, may be no cohort for an evaluation. */
const OF_A_COHORT: ReadonlySet<string> = new Set(
  ["CSV", "CSV_COLUMN", "ROW", "USAGE"].map((name) => `ERR_DEEPLASIA_${name}`),
);

const withoutCohort = (why: string) =>
  `the cohort of the run is not read, so that patients and rows without prediction are unknown: ${why}`;

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
