/** The options of `calibrateModel`. */
import { z } from "zod";
import { siteShape } from "../options/calibrate.js";
import { logger, pathArgument, watching } from "../options/library.js";
import { predictCohortOptions } from "../prediction/arguments.js";

export const calibrateModelOptions = z.strictObject({
  out: pathArgument.meta({ description: "the new model" }),
  ...siteShape,
  maskModel: predictCohortOptions.shape.maskModel,
  ...watching,
  logger,
});
export type CalibrationRun = z.output<typeof calibrateModelOptions>;
