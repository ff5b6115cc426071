/** The comparison of several prediction CSVs on the same pictures. */
import { DeeplasiaError } from "../errors.js";
import type { ComparePredictionsOptions } from "../options/calls/comparePredictionsOptions.js";
import { compareFlags, comparePredictionsOptions } from "../options/evaluate.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { commandLine } from "./commandLine.js";
import { type ComparisonOfFiles, compareFiles, namesOfFiles } from "./compareFiles.js";
import { comparisonReport } from "./comparisonReport.js";
import { requireCalibration, requireSplit } from "./evaluatePredictions.js";
import { reportProvenance } from "./provenance.js";
import { requireReportFolder, writeReport } from "./reportFiles.js";

/** A comparison of models, or of readers. */
export interface PredictionComparison extends ComparisonOfFiles {
  /** Paths of the written files; empty without `out`. */
  written: string[];
}

/**
 * Compares prediction CSVs of models or readers on the pictures that all of them have: metrics of each, differences with
 * intervals and tests, how alike their errors are, and which mean of them is best. With `out` a report is written.
 *
 * @param predictions At least two CSVs; each is named by its file.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _CSV, _CSV_COLUMN, _ROW, _USAGE if they have no picture in common or differ
 *   in the truth, _OUTPUT; the signal's reason when it is aborted.
 */
export async function comparePredictions(
  predictions: readonly PathArgument[],
  given: ComparePredictionsOptions = {},
): Promise<PredictionComparison> {
  if (!Array.isArray(predictions) || predictions.length < 2)
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_OPTION",
      "predictions must be a list of at least two prediction CSVs",
      {
        remedy: "Give the CSV of each model; `deeplasia-native evaluate` evaluates one.",
      },
    );
  const paths = predictions.map((file, i) => requireArgument(`predictions[${i}]`, pathArgument, file));
  const options = requireOptions(comparePredictionsOptions, given);
  const { out, overwrite, signal, seed, resamples } = options;
  requireSplit(options);
  requireCalibration({ ...options, calibrate: options.chooseOn }, "chooseOn");
  if (out !== undefined) await requireReportFolder(out, overwrite);
  const names = namesOfFiles(paths);
  const files = names.map((name, i) => ({ name, file: paths[i]!, column: options.predictionColumn }));
  const comparison = await compareFiles(files, options);
  if (out === undefined) return { ...comparison, written: [] };
  const call = commandLine("compare", paths, compareFlags, options);
  const settings = { "Bootstrap resamples": resamples, Seed: seed };
  const provenance = await reportProvenance(
    call,
    [...paths, options.annotationCsv, options.splitCsv],
    settings,
  );
  const title = options.title ?? `Comparison of ${names.join(", ")}`;
  const report = comparisonReport({ title, comparison, provenance });
  return { ...comparison, written: await writeReport(out, report, signal) };
}
