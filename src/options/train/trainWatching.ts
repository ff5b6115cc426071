import { z } from "zod";
import { logger, watching } from "../library.js";

/** How `train` is watched and ended. */
export const trainWatching = z.strictObject({
  ...watching,
  logger,
  onFolder: z
    .custom<(folder: string) => void>((value) => typeof value === "function", "must be a function")
    .optional()
    .meta({
      description: "a function that is given the path of the run's folder",
      typescript: "(folder: string) => void",
    }),
});
