/** Every option of `ensemble`, declared once as those of `predict` are in `predict.ts`. */
import { z } from "zod";
import { publishedMembers } from "./predict.js";

const file = z.string().min(1);

export const ensembleOptions = z.strictObject({
  members: publishedMembers,
  annotationCsv: file.optional().meta({
    description:
      "true bone ages: image_ID, dir, bone_age. Rows without one stay, with an empty cell (the reference's notebook loses them)",
    reads: true,
    argument: "<file>",
    reference: true,
  }),
  allowMissing: z.boolean().default(false).meta({
    description: "take the mean of those members that have a row, and count them in the column members",
  }),
  outputPath: file.default("-").meta({
    description: "file for the ensemble, - for stdout",
    argument: "<file>",
    reference: true,
    short: "o",
  }),
});
