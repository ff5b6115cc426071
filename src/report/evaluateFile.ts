/** The evaluation of one file of predictions, and its report: of ready predictions, and of those of a model or a run. */
import { readReferenceSd } from "../evaluation/chronological.js";
import type { Flow, LeftOutRow } from "../evaluation/evaluatedRow.js";
import { type EvaluateRowsOptions, type EvaluationOfRows, evaluateRows } from "../evaluation/evaluateRows.js";
import { readPredictionTable } from "../evaluation/predictionTable.js";
import { readCohort } from "../evaluation/readCohort.js";
import type { Robustness } from "../evaluation/robustness.js";
import { casesOf, type DrawCases } from "./cases.js";
import type { ComparisonOfFiles } from "./compareFiles.js";
import { comparisonOf } from "./comparisonOf.js";
import type { EvaluatedFiles } from "./evaluatedFiles.js";
import { evaluationReport } from "./evaluationReport.js";
import type { LearningCurves } from "./figures/learningCurves.js";
import { reportProvenance } from "./provenance.js";
import { writeReport } from "./reportFiles.js";

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
  /** The model and others on the same pictures; null where there are no others. */
  comparison: ComparisonOfFiles | null;
  /** Paths of the written files; empty without `out`. */
  written: string[];
}

export interface EvaluateFileOptions {
  predictionColumn?: string | undefined;
  by: readonly string[];
  bandMonths: number;
  resamples: number;
  seed: number;
  signal?: AbortSignal | undefined;
}

/** How a report is called, and what it states besides. */
export interface ReportFacts {
  /** Its folder. */
  out: string;
  title: string;
  /** The command that makes it again. */
  call: string;
  /** Further settings that it depends on: device, libtorch, licence. */
  settings?: Readonly<Record<string, string>>;
  /** Further files that it depends on. */
  inputs?: readonly string[];
  /** Of a training run. */
  learning?: LearningCurves | null;
  /** Of a model whose pictures were changed. */
  robustness?: Robustness | null;
  /** Draws the pictures that people should look at. */
  drawCases?: DrawCases;
  /** Further numbers for `metrics.json`. */
  metrics?: Readonly<Record<string, unknown>>;
}

/** Throws as `readPredictionTable`, `readReferenceSd` and `readCohort`, and `ERR_DEEPLASIA_OUTPUT`. */
export async function evaluateFile(
  files: EvaluatedFiles,
  options: EvaluateFileOptions,
  facts: ReportFacts | null,
): Promise<PredictionEvaluation> {
  const { predictionColumn, by, bandMonths, resamples, seed, signal } = options;
  const referenceSd = files.referenceSd === undefined ? null : await readReferenceSd(files.referenceSd);
  const table = await readPredictionTable(files.predictions, predictionColumn);
  const found = await readCohort(table, { ...files, by });
  const cohort = { ...found, notes: [...(files.notes ?? []), ...found.notes] };
  signal?.throwIfAborted();
  const calibration = await calibrationRows(files, table.column);
  const evaluation = evaluateRows(cohort, { bandMonths, resamples, seed, referenceSd, calibration });
  const { flow, failures, column, notes } = cohort;
  const comparison = await comparisonOf(files, column, { resamples, seed, signal });
  const stated = { ...evaluation, flow, failures, column, notes, comparison };
  if (facts === null) return { ...stated, written: [] };
  const { splitColumn, splitName } = files;
  const hasPart = splitColumn !== undefined;
  const settings = {
    Column: column,
    ...(hasPart ? { "Part of the split": `${splitName} of ${splitColumn}` } : {}),
    "Bootstrap resamples": resamples,
    Seed: seed,
    ...facts.settings,
  };
  const { predictions, calibrationCsv, annotationCsv, splitCsv } = files;
  const inputs = [
    ...(facts.inputs ?? []),
    predictions,
    calibrationCsv,
    annotationCsv,
    splitCsv,
    files.referenceSd,
    ...(files.compareWith ?? []),
  ];
  const provenance = await reportProvenance(facts.call, inputs, settings);
  const cases = casesOf(cohort.rows, seed);
  const thumbnails = (await facts.drawCases?.([...cases.worst, ...cases.random])) ?? new Map();
  const report = evaluationReport({
    ...{ title: facts.title, cohort, evaluation, comparison, provenance, bandMonths, hasPart },
    ...{ cases, thumbnails },
    ...{ learning: facts.learning ?? null, robustness: facts.robustness ?? null },
  });
  const metrics = { ...report.metrics, ...facts.metrics };
  return { ...stated, written: await writeReport(facts.out, { ...report, metrics }, signal) };
}

/** Returns the pictures that calibrate prediction intervals; null for none. */
async function calibrationRows(
  files: EvaluatedFiles,
  column: string,
): Promise<EvaluateRowsOptions["calibration"]> {
  const { predictions, calibrate, calibrationCsv } = files;
  if (calibrate === undefined) return null;
  const table = await readPredictionTable(calibrationCsv ?? predictions, column);
  const { rows } = await readCohort(table, { ...files, by: [], splitName: calibrate });
  return { part: calibrate, rows };
}
