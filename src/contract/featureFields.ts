/** Fields about the features of the pictures that a bone-age model was trained on. Training writes them, never a person. */
import { z } from "zod";

export const featureFields = {
  featureStatistics: z.base64().meta({
    description:
      "mean of the features that the heads read, and the axes in which they vary most, over the training pictures, reduced to 128 " +
      "dimensions: float32 in base64; written by training",
  }),
  featureDistanceLimit: z.number().positive().meta({
    description: "distance from those axes that 1 % of the validation pictures exceed; written by training",
  }),
};
