/** The evaluation of a prediction CSV. */
import { basename } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { readReferenceSd } from "../evaluation/chronological.js";
import type { Flow, LeftOutRow } from "../evaluation/evaluatedRow.js";
import { type EvaluateRowsOptions, type EvaluationOfRows, evaluateRows } from "../evaluation/evaluateRows.js";
import { type PredictionTable, readPredictionTable } from "../evaluation/predictionTable.js";
import { type CohortFiles, readCohort } from "../evaluation/readCohort.js";
import type { EvaluatePredictionsOptions } from "../options/calls/evaluatePredictionsOptions.js";
import { evaluateFlags, evaluatePredictionsOptions } from "../options/evaluate.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { commandLine } from "./commandLine.js";
import { evaluationReport } from "./evaluationReport.js";
import { reportProvenance } from "./provenance.js";
import { requireReportFolder, writeReport } from "./reportFiles.js";

/** An evaluation. Ages in months; an error is prediction - truth. */
export interface PredictionEvaluation extends EvaluationOfRows {
  /** How many rows were read, left out, failed and evaluated. */
  flow: Flow;
  /** Rows without a prediction. */
  failures: LeftOutRow[];
  /** The column of the CSV that was evaluated. */
  column: string;
  /** Lines about doubts. */
  notes: string[];
  /** Paths of the written files; empty without `out`. */
  written: string[];
}

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
  const { out, overwrite, signal, seed, resamples, bandMonths, splitColumn, splitName } = options;
  requireSplit(options);
  signal?.throwIfAborted();
  if (out !== undefined) await requireReportFolder(out, overwrite);
  const referenceSd = options.referenceSd === undefined ? null : await readReferenceSd(options.referenceSd);
  const table = await readPredictionTable(file, options.predictionColumn);
  const cohort = await readCohort(table, options);
  signal?.throwIfAborted();
  const calibration = await calibrationRows(table, options);
  const evaluation = evaluateRows(cohort, { bandMonths, resamples, seed, referenceSd, calibration });
  const { flow, failures, column, notes } = cohort;
  if (out === undefined) return { ...evaluation, flow, failures, column, notes, written: [] };
  const inputs = [file, options.annotationCsv, options.splitCsv, options.referenceSd];
  const hasPart = splitColumn !== undefined;
  const settings = {
    Column: column,
    ...(hasPart ? { "Part of the split": `${splitName} of ${splitColumn}` } : {}),
    "Bootstrap resamples": resamples,
    Seed: seed,
  };
  const call = commandLine("evaluate", [file], evaluateFlags, options);
  const provenance = await reportProvenance(call, inputs, settings);
  const title = options.title ?? `Evaluation of ${basename(file)}`;
  const report = evaluationReport({ title, cohort, evaluation, provenance, bandMonths, seed, hasPart });
  return { ...evaluation, flow, failures, column, notes, written: await writeReport(out, report, signal) };
}

/** Returns the pictures that calibrate prediction intervals; null for none. Throws as `readCohort`, and for a part that is evaluated. */
async function calibrationRows(
  table: PredictionTable,
  options: CohortFiles & { calibrate?: string | undefined },
): Promise<EvaluateRowsOptions["calibration"]> {
  const { calibrate, splitCsv, splitName } = options;
  if (calibrate === undefined) return null;
  const fault =
    splitCsv === undefined
      ? "`calibrate` names a part of a split, and there is no split"
      : calibrate === splitName
        ? `\`calibrate: ${calibrate}\` is the part that is evaluated`
        : null;
  if (fault !== null)
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", fault, {
      remedy: "Give `splitCsv` and `splitColumn`, and calibrate with another part than is evaluated.",
    });
  const { rows } = await readCohort(table, { ...options, by: [], splitName: calibrate });
  return { part: calibrate, rows };
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
