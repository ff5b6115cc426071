import { numberInCell } from "../data/annotations.js";
import { readWholeTable } from "../data/wholeTable.js";
import { DeeplasiaError } from "../errors.js";
import { requireSingle } from "../evaluation/requireSingle.js";
import { plural } from "../plural.js";
import type { EvaluatedPart } from "./evaluatedParts.js";

/**
 * Checks what would make an evaluation impossible, before a cohort is predicted for hours. Throws `ERR_DEEPLASIA_USAGE` where it has no
 * bone age, `ERR_DEEPLASIA_CSV` where two rows are about one picture, and as `readWholeTable`.
 */
export async function requireTruth({ annotationCsv: file }: { annotationCsv: string }): Promise<void> {
  const table = await readWholeTable(file);
  table.require("image_ID");
  table.require("bone_age");
  requireSingle(table);
  if (table.rows.some((cells) => Number.isFinite(numberInCell(table.cell(cells, "bone_age"))))) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", `${file}: no row can be evaluated: none has a bone age`, {
    file,
    remedy: "Fill in the column bone_age (months); `deeplasia-native predict` predicts without it.",
  });
}

/** The error of a part of which no picture has a prediction and a bone age. */
export function nothingToEvaluate({ name, predictions }: EvaluatedPart, failed: number): DeeplasiaError {
  const why = failed > 0 ? `${plural(failed, "picture")} could not be predicted` : "none has a bone age";
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", `no row of the part ${name} can be evaluated: ${why}`, {
    file: predictions,
    remedy:
      failed > 0
        ? `${predictions}.failures.csv has the reasons.`
        : "Fill in the column bone_age (months) of these rows, or name another part with `splitName`.",
  });
}
