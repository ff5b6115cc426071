/** The predictions of a part, as `predict` wrote them, for what follows from them. */
import { posix } from "node:path";
import { numberInCell, sexInPredictions } from "../data/annotations.js";
import { readWholeTable, type WholeTable } from "../data/wholeTable.js";
import type { PartPredictions, PredictedRow } from "../evaluation/partPredictions.js";
import { PLAIN_VIEW } from "../inference/testTimeViews.js";
import { viewColumns } from "../predictionFiles/fields.js";

/** Columns that a part's CSV has after the reference's, where the predictions have them. */
const FURTHER = ["tta_sd", "ensemble_sd", "pred_sd", "feature_distance", "quality"];

/** Rows without a bone age are left out. Throws `ERR_DEEPLASIA_CSV` and `_ROW` for a file that was changed since. */
export async function readPart(
  file: string,
  views: readonly string[],
  members: readonly string[],
): Promise<PartPredictions> {
  const table = await readWholeTable(file);
  const further = [...members, ...FURTHER].filter((column) => table.has(column));
  const read = rowReader(table, views);
  const known = table.rows.flatMap((cells) => {
    const row = read(cells);
    return row === null ? [] : [{ row, cells: further.map((column) => table.cell(cells, column)) }];
  });
  return {
    views,
    rows: known.map(({ row }) => row),
    further: { columns: further, rows: known.map(({ cells }) => cells) },
  };
}

function rowReader(
  table: WholeTable,
  views: readonly string[],
): (cells: readonly string[]) => PredictedRow | null {
  const isEnsemble = table.has("ensemble_bone_age");
  const [age, truth] = isEnsemble ? ["ensemble_bone_age", "gt_bone_age"] : ["pred_bone_age", "bone_age"];
  const columns = views.map(viewColumns);
  const isOne = views.length === 1 && views[0] === PLAIN_VIEW;
  const [ages, male] = isOne
    ? [[age!], ["sex_hat"]]
    : [columns.map(([months]) => months), columns.map(([, sexHat]) => sexHat)];
  const hasSexHead = male.every((column) => table.has(column));
  return (cells) => {
    const text = (column: string) => table.cell(cells, column);
    const float = (column: string) => Math.fround(numberInCell(text(column)) ?? Number.NaN);
    const boneAgeMonths = numberInCell(text(truth!));
    if (boneAgeMonths === null || !Number.isFinite(boneAgeMonths)) return null;
    const sex = sexInPredictions(text("sex"));
    return {
      filename: posix.join(text("dir"), text("image_ID")),
      male: sex === null ? null : sex === "M" ? 1 : 0,
      boneAgeMonths,
      ageMonths: ages.map(float),
      maleHat: hasSexHead ? male.map(float) : null,
    };
  };
}
