/** The models of a run: one, or the members of an ensemble. */
import { DeeplasiaError } from "../errors.js";
import { BoneAgeModel } from "../model/boneAgeModel.js";
import { plural } from "../plural.js";
import { memberNames } from "../predictionFiles/memberNames.js";

/** One model, or the members of an ensemble. */
export type Models = BoneAgeModel | readonly BoneAgeModel[];

export interface Members {
  list: readonly BoneAgeModel[];
  /** Their names if they are an ensemble; null: one model on its own. */
  names: readonly string[] | null;
}

/**
 * Returns the members of a run. `names`: those that the caller gives an ensemble's members; else `memberNames` finds them.
 *
 * Throws ERR_DEEPLASIA_USAGE for an ensemble without members or with names that cannot be columns.
 */
export function membersOf(models: Models, names?: readonly string[]): Members {
  if (models instanceof BoneAgeModel) return { list: [models], names: null };
  if (models.length === 0) throw usage("an ensemble needs a model", "Give at least one.");
  if (names !== undefined && names.length !== models.length)
    throw usage(
      `${names.length} names are given for ${plural(models.length, "member")}`,
      "Give one for each.",
    );
  return {
    list: models,
    names: memberNames(models.map(({ file }, i) => ({ file, name: names?.[i] ?? null }))),
  };
}

function usage(what: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy });
}
