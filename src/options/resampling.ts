/** The options of calls that make bootstrap intervals. */
import { z } from "zod";

export const resamplingShape = {
  resamples: z.int().min(100).max(100_000).default(2000).meta({
    description: "resamples of each bootstrap interval; patients are drawn where patient_ID is known",
    argument: "<n>",
  }),
  seed: z.int().min(0).max(4_294_967_295).default(42).meta({
    description: "same seed and files, same report",
    argument: "<n>",
  }),
};
