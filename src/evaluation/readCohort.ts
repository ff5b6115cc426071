/** The rows of an evaluation: the annotations of a cohort, joined with predictions. */

import { AgeUnit } from "../data/ageUnit.js";
import { numberInCell, parseSex, type Sex, sexInMaleColumn } from "../data/annotations.js";
import { readSplit } from "../data/splits.js";
import { csvError } from "../data/table.js";
import { readWholeTable, type WholeTable } from "../data/wholeTable.js";
import { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";
import { isUnknown } from "../words.js";
import type { CohortPart, CohortToEvaluate, EvaluatedRow, Flow, LeftOutRow } from "./evaluatedRow.js";
import { type PredictionTable, pictureKey, type TablePrediction } from "./predictionTable.js";
import { requireSingle } from "./requireSingle.js";

export interface CohortFiles {
  annotationCsv?: string | undefined;
  splitCsv?: string | undefined;
  splitColumn?: string | undefined;
  splitName?: string | undefined;
  by: readonly string[];
}

/** A row of the cohort before its prediction is looked at. */
interface Annotated {
  imageId: string;
  dir: string;
  patientId: string;
  sex: Sex | null;
  truth: number | null;
  text: (column: string) => string;
  prediction: TablePrediction | undefined;
}

/**
 * Joins predictions with the annotations, or with the truth that they hold themselves.
 *
 * Throws `ERR_DEEPLASIA_CSV`, `_CSV_COLUMN` and `_ROW` for files that cannot be used, and `ERR_DEEPLASIA_USAGE` if no row is left.
 */
export async function readCohort(
  predictions: PredictionTable,
  files: CohortFiles,
): Promise<CohortToEvaluate> {
  const annotations = files.annotationCsv === undefined ? null : await readWholeTable(files.annotationCsv);
  const source = annotations ?? predictions.table;
  for (const column of files.by) if (!predictions.table.has(column)) source.require(column);
  const raters = source.columns.filter((column) => /^rater_/i.test(column));
  const variants = predictions.ageColumns.filter((column) => column !== predictions.column);
  const split = await splitOf(files);
  const parts: Children = new Map();
  const flow: Flow = { rows: 0, excluded: {}, failed: {}, evaluated: 0, surplus: 0 };
  const failures: LeftOutRow[] = [];
  const rows: EvaluatedRow[] = [];
  const used = new Set<TablePrediction>();
  for (const row of annotations === null ? ownRows(predictions) : annotatedRows(annotations, predictions)) {
    flow.rows += 1;
    if (row.prediction !== undefined) used.add(row.prediction);
    const part = split?.valueOf(row.patientId, row.dir);
    if (part !== undefined) addTo(parts, part, row);
    const excluded = exclusion(row, split === null ? null : { part, wanted: files.splitName });
    if (excluded !== null) {
      flow.excluded[excluded] = (flow.excluded[excluded] ?? 0) + 1;
      continue;
    }
    const failed = failure(row.prediction);
    if (failed !== null) {
      flow.failed[failed] = (flow.failed[failed] ?? 0) + 1;
      failures.push({ name: [row.dir, row.imageId].filter(Boolean).join("/"), why: failed });
      continue;
    }
    rows.push(evaluated(row, predictions, { variants, raters, by: files.by }));
  }
  flow.evaluated = rows.length;
  flow.surplus = predictions.rows.length - used.size;
  if (rows.length === 0) throw nothingLeft(flow, source.file, annotations === null);
  const hasPatients = rows.some(({ patientId }) => patientId !== "");
  return {
    ...{ rows, flow, failures, hasPatients, variants, raters, parts: partsOf(parts) },
    column: predictions.column,
    by: [...files.by],
    notes: notesOf(rows, flow),
  };
}

function notesOf(rows: readonly EvaluatedRow[], { surplus }: Flow): string[] {
  const notes: string[] = [];
  const doubt = (what: string, ages: readonly number[]) => {
    const unit = new AgeUnit();
    for (const age of ages) unit.add(age);
    if (unit.doubt !== null) notes.push(`${what} look like years: ${unit.doubt}`);
  };
  doubt(
    "the true bone ages",
    rows.map(({ truthMonths }) => truthMonths),
  );
  doubt(
    "the predictions",
    rows.map(({ ageMonths }) => ageMonths),
  );
  if (surplus > 0)
    notes.push(
      `${plural(surplus, "prediction is about a picture", "predictions are about pictures")} outside the cohort: not counted`,
    );
  return notes;
}

type Children = Map<string, CohortPart["children"][number][]>;

function addTo(parts: Children, name: string, row: Annotated): void {
  const { truth, patientId, prediction } = row;
  if (truth === null || !Number.isFinite(truth)) return;
  const children = parts.get(name) ?? [];
  children.push({ truthMonths: truth, patientId, sex: row.sex ?? prediction?.sex ?? null });
  parts.set(name, children);
}

const partsOf = (parts: Children): CohortPart[] => [...parts].map(([name, children]) => ({ name, children }));

async function splitOf({ splitCsv, splitColumn }: CohortFiles) {
  return splitCsv === undefined || splitColumn === undefined ? null : await readSplit(splitCsv, splitColumn);
}

function ownRows({ rows, table }: PredictionTable): Annotated[] {
  return rows.map((prediction) => ({
    ...prediction,
    truth: prediction.truthMonths,
    text: (column) => table.cell(prediction.cells, column),
    prediction,
  }));
}

/** Throws `ERR_DEEPLASIA_CSV` for two rows about one picture, and `_ROW` for a sex or an age that cannot be read. */
function annotatedRows(
  annotations: WholeTable,
  { table, byPicture, hasDir, rows }: PredictionTable,
): Annotated[] {
  annotations.require("image_ID");
  const useDir = hasDir && annotations.has("dir");
  const byName = useDir ? byPicture : byNameAlone(table.file, rows);
  requireSingle(annotations, useDir);
  return annotations.rows.map((cells) => {
    const text = (column: string) => annotations.cell(cells, column);
    const key = pictureKey(text("image_ID"), useDir ? text("dir") : "");
    const prediction = byName.get(key);
    const fromPrediction = (column: string) =>
      prediction === undefined ? "" : table.cell(prediction.cells, column);
    return {
      imageId: text("image_ID"),
      dir: text("dir"),
      patientId: text("patient_ID"),
      sex: annotations.has("sex") ? parseSex(text("sex")) : sexInMaleColumn(text("male")),
      truth: numberInCell(text("bone_age")),
      text: (column) => (annotations.has(column) ? text(column) : fromPrediction(column)),
      prediction,
    };
  });
}

function byNameAlone(file: string, rows: readonly TablePrediction[]): Map<string, TablePrediction> {
  const byName = new Map<string, TablePrediction>();
  for (const row of rows) {
    const key = pictureKey(row.imageId, "");
    const known = byName.get(key);
    if (known !== undefined)
      throw csvError(
        file,
        `rows ${known.row} and ${row.row} have one name, ${row.imageId}`,
        "Both CSVs need a column dir, which tells pictures of one name apart.",
      );
    byName.set(key, row);
  }
  return byName;
}

/** Returns why a row has no part in the evaluation; null if it has. */
function exclusion(
  row: Annotated,
  split: { part: string | undefined; wanted: string | undefined } | null,
): string | null {
  if (split !== null) {
    const { part, wanted } = split;
    if (part === undefined) return "not in the split CSV";
    if (wanted !== undefined && part !== wanted) return `not in the part ${wanted}`;
  }
  if (row.truth === null) return "no bone age";
  if (!Number.isFinite(row.truth)) return "bone age is no number";
  return null;
}

/** Returns why there is no prediction; null if there is. */
function failure(prediction: TablePrediction | undefined): string | null {
  if (prediction === undefined) return "no prediction";
  if (prediction.ageMonths === null) return "the prediction is empty or NaN";
  return Number.isFinite(prediction.ageMonths) ? null : "the prediction is no number";
}

function evaluated(
  row: Annotated,
  { table }: PredictionTable,
  { variants, raters, by }: { variants: string[]; raters: string[]; by: readonly string[] },
): EvaluatedRow {
  const prediction = row.prediction!;
  const number = (text: string) => {
    const value = numberInCell(text);
    return value !== null && Number.isFinite(value) ? value : null;
  };
  const other = (column: string) => table.cell(prediction.cells, column);
  return {
    imageId: row.imageId,
    dir: row.dir,
    patientId: row.patientId || prediction.patientId,
    sex: row.sex ?? prediction.sex,
    truthMonths: row.truth!,
    ageMonths: prediction.ageMonths!,
    maleHat: Number.isFinite(prediction.maleHat) ? prediction.maleHat : null,
    chronologicalMonths: number(row.text("chronological_age")),
    sdMonths: number(other("ensemble_sd")),
    quality: other("quality"),
    raters: raters.map((rater) => number(row.text(rater))),
    variants: variants.map((variant) => number(other(variant))),
    by: by.map((column) => groupName(row.text(column))),
  };
}

const groupName = (text: string) => (isUnknown(text) ? "unknown" : text);

function nothingLeft({ rows, excluded, failed }: Flow, file: string, isOwn: boolean): DeeplasiaError {
  const reasons = [...Object.entries(excluded), ...Object.entries(failed)];
  const counts = reasons.map(([why, count]) => `${why}: ${count}`).join("; ");
  const lacksTruth = isOwn && (excluded["no bone age"] ?? 0) === rows;
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", `${file}: no row can be evaluated (${counts})`, {
    file,
    remedy: lacksTruth
      ? "Give the true bone ages with `annotationCsv`: a CSV with image_ID and bone_age."
      : "Check that both CSVs are about the same pictures: image_ID and dir must agree.",
  });
}
