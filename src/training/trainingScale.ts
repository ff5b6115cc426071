import { whyUntrainable } from "../data/annotations.js";
import { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";
import type { AgeScale } from "../statistics/ageScale.js";
import { mean } from "../statistics/mean.js";
import { standardDeviation } from "../statistics/standardDeviation.js";
import type { SelectedRows } from "./selectRows.js";
import { PARTS } from "./trainingRow.js";
import { unusableRows } from "./unusableRows.js";

/**
 * The mean and standard deviation (n - 1) of the ages of all training rows; as in the reference, with or without a picture.
 *
 * Throws ERR_DEEPLASIA_OPTION for fewer than two ages, or ages that are all the same.
 */
export function trainingScale(selected: SelectedRows["selected"], file: string): AgeScale {
  const ages = selected.train.flatMap(({ row }) => ("error" in row ? [] : (row.boneAgeMonths ?? [])));
  const scale = { meanMonths: mean(ages), sdMonths: standardDeviation(ages) };
  if (scale.sdMonths > 0) return scale;
  if (ages.length > 1) {
    const what = `${file}: all training rows have a bone age of ${ages[0]} months: there is nothing to learn from`;
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, {
      file,
      remedy: "Check the column bone_age (months) and the split.",
    });
  }
  // What is wrong with these rows is often wrong with the other parts' rows too.
  const failed = PARTS.flatMap((part) => selected[part]).flatMap(({ row }) => {
    const error = "error" in row ? row.error : whyUntrainable(row, file);
    return error === null ? [] : { error };
  });
  const rows = plural(selected.train.length, "training row");
  if (failed.length > 0) {
    const what = `${file}: only ${ages.length} of ${rows} can be used, so there is nothing to learn from`;
    throw unusableRows(what, failed, file);
  }
  const what = `${file}: the split has only ${rows}, so there is nothing to learn from`;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, { file, remedy: "Check the split." });
}
