/** Fields about the features of the pictures that a bone-age model was trained on. Training writes them, never a person. */
import { z } from "zod";

export const featureFields = {
  featureStatistics: z.base64().meta({
    description:
      "mean and spread of the features that the heads read, over the training pictures, reduced to 32 dimensions: float32 in " +
      "base64; written by training",
  }),
  featureDistanceLimit: z.number().positive().meta({
    description: "distance from that mean that 1 % of the validation pictures exceed; written by training",
  }),
};
