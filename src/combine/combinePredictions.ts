/** Combines the prediction CSVs of an ensemble's members, and writes the result if asked for. */

import { z } from "zod";
import { silentLogger } from "../console/logger.js";
import { DeeplasiaError } from "../errors.js";
import { refuseInput } from "../files/refuseInput.js";
import type { CombinePredictionsOptions } from "../options/calls/combinePredictionsOptions.js";
import { combinePredictionsOptions } from "../options/ensemble.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { type Combined, combineCsvs } from "./combineCsvs.js";
import { writeCombined } from "./writeCombined.js";

/** A member's CSV; its name is the stem of the file unless it is given. */
export type MemberCsv =
  | PathArgument
  | {
      /** The CSV. */
      file: PathArgument;
      /** The member's name. */
      name: string;
    };

const memberCsv = z
  .union([pathArgument, z.strictObject({ file: pathArgument, name: z.string().min(1) })])
  .meta({ description: "the path of a prediction CSV, or { file, name }" });

function memberFile(name: string, given: MemberCsv): { file: string; name: string | null } {
  const member = requireArgument(name, memberCsv, given);
  return typeof member === "string" ? { file: member, name: null } : member;
}

/**
 * Combines the predictions of several members, each a CSV of `predict` or of the reference's `predict.py`, to the mean of
 * their bone ages in months. With `outputPath` the ensemble's CSV is written, and the rows that failed beside it as
 * `<outputPath>.failures.csv`.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _USAGE for two members of one name, _CSV, _CSV_COLUMN, _ROW, _OUTPUT;
 *   the signal's reason when it is aborted. Nothing is written then.
 */
export async function combinePredictions(
  members: readonly MemberCsv[],
  given: CombinePredictionsOptions = {},
): Promise<Combined> {
  if (!Array.isArray(members) || members.length === 0)
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", "members must be a list of at least one file", {
      remedy: "Give the CSV of each member's predictions.",
    });
  const files = members.map((member, i) => memberFile(`members[${i}]`, member));
  const { outputPath, logger = silentLogger, ...options } = requireOptions(combinePredictionsOptions, given);
  const inputs = [options.annotationCsv, ...files.map(({ file }) => file)];
  if (outputPath !== undefined) await refuseInput(outputPath, inputs);
  options.signal?.throwIfAborted();
  const combined = await combineCsvs(files, options);
  if (outputPath !== undefined) await writeCombined(combined, outputPath, logger);
  return combined;
}
