/** Fields about the output of a hand-mask model: for each pixel the probability that it belongs to the hand. */
import { z } from "zod";

const probability = z.number().min(0).max(1);

export const handMaskFields = {
  maskThreshold: probability.meta({
    description: "hand mask: a pixel above this probability is foreground",
    argument: "<probability>",
  }),
  maskSeedThreshold: probability.meta({
    description: "hand mask: the largest region with a pixel above this probability is the hand",
    argument: "<probability>",
  }),
  maskViews: z.enum(["one", "four"]).meta({
    description:
      "hand mask: what the network sees: one: the picture (default); four: also its mirror image, and the same of its negative; the more probable hand counts",
  }),
};
