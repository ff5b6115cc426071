/** Options of `ensemble` and of `combinePredictions`. */
import { z } from "zod";
import { abortSignal } from "../schema/callbacks.js";
import { logger, pathArgument } from "./library.js";
import { publishedMembers } from "./predictModel.js";

const file = z.string().min(1);

const combining = {
  annotationCsv: file.optional().meta({
    description:
      "true bone ages: image_ID, dir, bone_age. Rows without one stay, with an empty cell (the reference's notebook loses them)",
    reads: true,
    argument: "<file>",
    reference: true,
  }),
  allowMissing: z
    .boolean()
    .default(false)
    .meta({
      description:
        "take the mean of the members that have a row, and count them in the column members; otherwise a row that a member " +
        "lacks is a failure",
    }),
};

export const ensembleFlags = z.strictObject({
  members: publishedMembers,
  ...combining,
  outputPath: file.default("-").meta({
    description: "file for the ensemble, - for stdout",
    argument: "<file>",
    reference: true,
    short: "o",
  }),
});

export const combinePredictionsOptions = z.strictObject({
  ...combining,
  outputPath: pathArgument.optional().meta({
    description: "file for the ensemble, - for stdout; without it nothing is written",
  }),
  logger,
  signal: abortSignal,
});
