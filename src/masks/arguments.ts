/** What `writeMasks` takes: the options of `mask`, in the library's types. */
import { z } from "zod";
import { maskModelArgument } from "../model/argument.js";
import { logger, pathArgument, watching } from "../options/library.js";
import { maskFlags } from "../options/mask.js";

const { out, progress: _progress, yes: _yes, ...shared } = maskFlags.shape;

export const writeMasksOptions = z.strictObject({
  ...shared,
  files: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .meta({ description: "a list of pictures, folders or glob patterns, instead of annotationCsv" }),
  imgDir: shared.imgDir.unwrap().optional().meta({ description: "root of the pictures of annotationCsv" }),
  splitCsv: shared.splitCsv.unwrap().optional().meta({ description: "splits; needed with splitColumn" }),
  out: pathArgument.meta({ description: out.meta()?.description }),
  maskModel: maskModelArgument.default("auto"),
  ...watching,
  logger,
});
