/** What `packCohort` takes: the options of `pack`, in the library's types. */
import { z } from "zod";
import { maskModelArgument } from "../model/argument.js";
import { logger, pathArgument, watching } from "../options/library.js";
import { packFlags } from "../options/pack.js";

const { annotationCsv, imgDir, maskDirs, keep, overwrite, shard, numWorkers } = packFlags.shape;

export const packCohortOptions = z.strictObject({
  annotationCsv: annotationCsv.unwrap().meta({ ...annotationCsv.meta() }),
  imgDir: imgDir.unwrap().meta({ description: "root of the pictures: <img_dir>/<dir>/<image_ID>" }),
  ...{ maskDirs, keep, overwrite, shard, numWorkers },
  maskModel: maskModelArgument.default("auto"),
  out: pathArgument.meta({ description: "the pack" }),
  ...watching,
  logger,
});
