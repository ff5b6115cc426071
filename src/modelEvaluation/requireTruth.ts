import { numberInCell } from "../data/annotations.js";
import { readWholeTable } from "../data/wholeTable.js";
import { DeeplasiaError } from "../errors.js";

/** Throws `ERR_DEEPLASIA_USAGE` for a cohort without any bone age, before it is predicted for hours; and as `readWholeTable`. */
export async function requireTruth({ annotationCsv: file }: { annotationCsv: string }): Promise<void> {
  const table = await readWholeTable(file);
  table.require("image_ID");
  table.require("bone_age");
  if (table.rows.some((cells) => Number.isFinite(numberInCell(table.cell(cells, "bone_age"))))) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", `${file}: no row can be evaluated: none has a bone age`, {
    file,
    remedy: "Fill in the column bone_age (months); `deeplasia-native predict` predicts without it.",
  });
}
