/** Fields about the second input and the outputs of a bone-age model. */
import { z } from "zod";

export const boneAgeFields = {
  sexEncoding: z.enum(["male-1", "female-1", "none"]).meta({
    description: "which sex is 1 in the second input (the other is 0); none: the network has no such input",
  }),

  ageUnit: z.enum(["z", "months"]).meta({ description: "what the network's first output is" }),
  ageMeanMonths: z
    .number()
    .meta({ description: "z: mean bone age of the training cohort, months", argument: "<months>" }),
  ageSdMonths: z
    .number()
    .positive()
    .meta({ description: "z: its standard deviation, months", argument: "<months>" }),
  biasSlope: z.number().meta({
    description: "bias correction: months - (slope * months + intercept)",
    argument: "<slope>",
  }),
  biasIntercept: z.number().meta({ description: "see bias slope; months", argument: "<months>" }),
};
