/** Options of `pack`, declared once. */
import { z } from "zod";
import { predictOptions } from "./predict.js";
import { trustOptions } from "./trust.js";

const { annotationCsv, imgDir, maskDirs, ckpPath, manifest, maskModel, shard } = predictOptions.shape;
const { numWorkers, overwrite, progress, yes } = predictOptions.shape;

const rows = {
  annotationCsv: annotationCsv.meta({
    ...annotationCsv.meta(),
    description: "rows to pack, all of them: image_ID, dir, patient_ID, sex, bone_age",
  }),
  ...{ imgDir, maskDirs },
};

const output = {
  out: z.string().min(1).optional().meta({
    description: "the pack",
    argument: "<file>",
    short: "o",
  }),
  keep: z
    .enum(["crop", "input"])
    .default("crop")
    .meta({
      description:
        "crop: the part round the mask in full size (all of a picture without masks), for training and every prediction with the " +
        "same masks; input: the network's input, smallest and fastest, for predictions without rotation alone",
    }),
  overwrite: overwrite.meta({
    description: "discard an unfinished pack of other options, or replace the pack",
  }),
};

const run = {
  shard: shard.meta({
    ...shard.meta(),
    description:
      "share of the rows, from 1: 3/16; the last share joins all; none: all rows; auto: by the task of a SLURM array or job step",
  }),
  ...{ numWorkers, progress, yes },
};

/** Headings of `--help`, in order, with the options below each. */
export const PACK_GROUPS = {
  "Pictures:": rows,
  "Contract:": { ckpPath, manifest, maskModel, ...trustOptions.shape },
  "Pack:": {
    ...output,
    verify: z.boolean().default(false).meta({ description: "check every byte of the pack that is given" }),
  },
  "Run:": run,
};

export const packFlags = z.strictObject({
  ...PACK_GROUPS["Pictures:"],
  ...PACK_GROUPS["Contract:"],
  ...PACK_GROUPS["Pack:"],
  ...PACK_GROUPS["Run:"],
});
