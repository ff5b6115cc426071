/** The comparison of several prediction CSVs on the same pictures. */
import { DeeplasiaError } from "../errors.js";
import { type Choice, type Comparison, compareRows } from "../evaluation/compareRows.js";
import type { CohortToEvaluate, EvaluatedRow } from "../evaluation/evaluatedRow.js";
import { type PredictionTable, pictureKey, readPredictionTable } from "../evaluation/predictionTable.js";
import { type CohortFiles, readCohort } from "../evaluation/readCohort.js";
import type { ComparePredictionsOptions } from "../options/calls/comparePredictionsOptions.js";
import { compareFlags, comparePredictionsOptions } from "../options/evaluate.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { memberNames } from "../predictionFiles/memberNames.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { commandLine } from "./commandLine.js";
import { comparisonReport } from "./comparisonReport.js";
import { requireCalibration, requireSplit } from "./evaluatePredictions.js";
import { reportProvenance } from "./provenance.js";
import { requireReportFolder, writeReport } from "./reportFiles.js";

/** A comparison of models, or of readers. */
export interface PredictionComparison extends Comparison {
  /** Pictures that could be evaluated in each CSV; those in all of them are compared. */
  evaluated: {
    /** The name of the CSV. */
    name: string;
    /** How many of its pictures have a prediction and the truth. */
    pictures: number;
  }[];
  /** Paths of the written files; empty without `out`. */
  written: string[];
}

/**
 * Compares prediction CSVs of models or readers on the pictures that all of them have: metrics of each, differences with
 * intervals and tests, how alike their errors are, and which mean of them is best. With `out` a report is written.
 *
 * @param files At least two CSVs; each is named by its file.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _CSV, _CSV_COLUMN, _ROW, _USAGE if they have no picture in common or differ
 *   in the truth, _OUTPUT; the signal's reason when it is aborted.
 */
export async function comparePredictions(
  files: readonly PathArgument[],
  given: ComparePredictionsOptions = {},
): Promise<PredictionComparison> {
  if (!Array.isArray(files) || files.length < 2)
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", "files must be a list of at least two prediction CSVs", {
      remedy: "Give the CSV of each model; `deeplasia-native evaluate` evaluates one.",
    });
  const paths = files.map((file, i) => requireArgument(`files[${i}]`, pathArgument, file));
  const options = requireOptions(comparePredictionsOptions, given);
  const { out, overwrite, signal, seed, resamples } = options;
  requireSplit(options);
  requireCalibration({ ...options, calibrate: options.chooseOn }, "chooseOn");
  if (out !== undefined) await requireReportFolder(out, overwrite);
  const names = memberNames(paths.map((file) => ({ file, name: null })));
  const cohorts: CohortToEvaluate[] = [];
  const tables: PredictionTable[] = [];
  for (const path of paths) {
    signal?.throwIfAborted();
    const table = await readPredictionTable(path, options.predictionColumn);
    tables.push(table);
    cohorts.push(await readCohort(table, { ...options, by: [] }));
  }
  const byDir = tables.every(({ hasDir }) => hasDir);
  const common = commonRows(paths, cohorts, byDir);
  const [first] = common;
  const rows = { truths: first!.map((row) => row.truthMonths), patients: first!.map((row) => row.patientId) };
  const models = names.map((name, i) => ({ name, ages: common[i]!.map((row) => row.ageMonths) }));
  const choice = await choiceOf(names, paths, tables, options);
  const comparison = compareRows(models, rows, { resamples, seed }, choice);
  const evaluated = names.map((name, i) => ({ name, pictures: cohorts[i]!.rows.length }));
  if (out === undefined) return { ...comparison, evaluated, written: [] };
  const call = commandLine("compare", paths, compareFlags, options);
  const settings = { "Bootstrap resamples": resamples, Seed: seed };
  const provenance = await reportProvenance(
    call,
    [...paths, options.annotationCsv, options.splitCsv],
    settings,
  );
  const title = options.title ?? `Comparison of ${names.join(", ")}`;
  const report = comparisonReport({ title, comparison, evaluated, provenance });
  return { ...comparison, evaluated, written: await writeReport(out, report, signal) };
}

/** Returns the pictures on which the best mean is chosen; null where those that are compared decide. */
async function choiceOf(
  names: readonly string[],
  paths: readonly string[],
  tables: readonly PredictionTable[],
  options: Omit<CohortFiles, "by"> & { chooseOn?: string | undefined },
): Promise<Choice | null> {
  const { chooseOn: part } = options;
  if (part === undefined) return null;
  const cohorts: CohortToEvaluate[] = [];
  for (const table of tables) cohorts.push(await readCohort(table, { ...options, by: [], splitName: part }));
  const common = commonRows(
    paths,
    cohorts,
    tables.every(({ hasDir }) => hasDir),
  );
  const models = names.map((name, i) => ({ name, ages: common[i]!.map((row) => row.ageMonths) }));
  return { part, models, truths: common[0]!.map((row) => row.truthMonths) };
}

/** The rows of each cohort about pictures that all have, in the order of the first. Throws `ERR_DEEPLASIA_USAGE`. */
function commonRows(
  files: readonly string[],
  cohorts: readonly CohortToEvaluate[],
  byDir: boolean,
): EvaluatedRow[][] {
  const keyOf = ({ imageId, dir }: EvaluatedRow) => pictureKey(imageId, byDir ? dir : "");
  const tables = cohorts.map(({ rows }) => new Map(rows.map((row) => [keyOf(row), row])));
  const keys = cohorts[0]!.rows.map(keyOf).filter((key) => tables.every((table) => table.has(key)));
  if (keys.length === 0)
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_USAGE",
      `${files.join(" and ")} have no evaluated picture in common`,
      {
        remedy: "Give predictions of the same pictures: image_ID and dir must agree.",
      },
    );
  const common = tables.map((table) => keys.map((key) => table.get(key)!));
  for (const [i, rows] of common.entries()) {
    const other = rows.findIndex((row, j) => row.truthMonths !== common[0]![j]!.truthMonths);
    if (other < 0) continue;
    const [a, b] = [common[0]![other]!, rows[other]!];
    const what = `${files[0]} and ${files[i]} have different bone ages of ${a.imageId}: ${a.truthMonths} and ${b.truthMonths} months`;
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, {
      remedy: "Give the true bone ages with `annotationCsv`.",
    });
  }
  return common;
}
