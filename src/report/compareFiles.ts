/** Prediction CSVs on the pictures that all of them have. */
import { DeeplasiaError } from "../errors.js";
import { type Choice, type ComparedModel, type Comparison, compareRows } from "../evaluation/compareRows.js";
import type { CohortToEvaluate, EvaluatedRow } from "../evaluation/evaluatedRow.js";
import { type PredictionTable, pictureKey, readPredictionTable } from "../evaluation/predictionTable.js";
import { type CohortFiles, readCohort } from "../evaluation/readCohort.js";
import { memberNames } from "../predictionFiles/memberNames.js";

/** Returns the names of CSVs: theirs, or what differs in their paths. Throws `ERR_DEEPLASIA_USAGE` for a file that is given twice. */
export const namesOfFiles = (files: readonly string[]): string[] =>
  memberNames(
    files.map((file) => ({ file, name: null })),
    "Give each file once, under a name that is no column of predictions.",
  );

/** A model, or a reader, whose predictions are in a CSV. */
export interface ComparedFile {
  name: string;
  file: string;
  /** The column of predicted months; left out: the likeliest. */
  column?: string | undefined;
  /** The CSV of the part that chooses the best mean, where another one has it. */
  choiceFile?: string | undefined;
}

export interface CompareFilesOptions extends Omit<CohortFiles, "by"> {
  /** The part on whose pictures the best mean is chosen; left out: on the compared ones. */
  chooseOn?: string | undefined;
  /** Names of the models whose means are tried; left out: all. */
  members?: readonly string[] | undefined;
  resamples: number;
  seed: number;
  signal?: AbortSignal | undefined;
}

export interface ComparisonOfFiles extends Comparison {
  /** Pictures that could be evaluated in each CSV; those in all of them are compared. */
  evaluated: {
    /** The name of the CSV. */
    name: string;
    /** How many of its pictures have a prediction and the truth. */
    pictures: number;
  }[];
}

/** Throws as `readPredictionTable` and `readCohort`, and `ERR_DEEPLASIA_USAGE` as `commonRows` does. */
export async function compareFiles(
  files: readonly ComparedFile[],
  options: CompareFilesOptions,
): Promise<ComparisonOfFiles> {
  const { models, rows, counts } = await comparedModels(files, options);
  const truths = rows.map((row) => row.truthMonths);
  const patients = rows.map((row) => row.patientId);
  const { resamples, seed, members } = options;
  const choice = await choiceOf(files, options);
  const combining = { choice, ...(members === undefined ? {} : { members }) };
  const comparison = compareRows(models, { truths, patients }, { resamples, seed }, combining);
  return { ...comparison, evaluated: files.map(({ name }, i) => ({ name, pictures: counts[i]! })) };
}

/** Returns the pictures on which the best mean is chosen; null where those that are compared decide. */
async function choiceOf(
  files: readonly ComparedFile[],
  options: CompareFilesOptions,
): Promise<Choice | null> {
  const { chooseOn: part } = options;
  if (part === undefined) return null;
  const others = files.map((one) => ({ ...one, file: one.choiceFile ?? one.file }));
  const { models, rows } = await comparedModels(others, { ...options, splitName: part });
  return { part, models, truths: rows.map((row) => row.truthMonths) };
}

/** The models on the pictures that all have, and how many pictures each has. */
async function comparedModels(
  files: readonly ComparedFile[],
  options: CompareFilesOptions,
): Promise<{ models: ComparedModel[]; rows: EvaluatedRow[]; counts: number[] }> {
  const tables: PredictionTable[] = [];
  const cohorts: CohortToEvaluate[] = [];
  for (const { file, column } of files) {
    options.signal?.throwIfAborted();
    const table = await readPredictionTable(file, column);
    tables.push(table);
    cohorts.push(await readCohort(table, { ...options, by: [] }));
  }
  const paths = files.map(({ file }) => file);
  const byDir = tables.every(({ hasDir }) => hasDir);
  const common = commonRows(paths, cohorts, byDir);
  const models = files.map(({ name }, i) => ({ name, ages: common[i]!.map((row) => row.ageMonths) }));
  return { models, rows: common[0]!, counts: cohorts.map(({ rows }) => rows.length) };
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
