/** Fields about the second input and the outputs of a bone-age model. */
import { z } from "zod";

export const boneAgeFields = {
  sexEncoding: z.enum(["male-1", "female-1", "plane-female-255", "none"]).meta({
    description:
      "which sex is 1 in the second input (the other is 0); plane-female-255: a plane of the picture is 255 for girls and 0 " +
      "for boys before it is normalised; none: the network has no such input",
  }),
  sexPlane: z
    .int()
    .min(0)
    .max(3)
    .meta({ description: "plane-female-255: number of that plane in the network's input", argument: "<n>" }),

  ageUnit: z.enum(["z", "months"]).meta({ description: "what the network's first output is" }),
  ageHead: z.enum(["value", "expectation"]).meta({
    description:
      "value: the first output is the age (default); expectation: it is logits over the ageBins, for each picture or each picture and member, " +
      "and the age is the mean of their softmax",
  }),
  ageBins: z.tuple([z.number(), z.number().positive(), z.int().min(2).max(65536)]).meta({
    description: "expectation: age of the first bin, from one bin to the next, number of bins",
    argument: "<first step count>",
  }),
  memberCount: z
    .int()
    .min(1)
    .max(64)
    .meta({ description: "expectation: number of networks in the file", argument: "<n>" }),
  combineMembers: z.enum(["mean-of-ages", "mean-of-logits"]).meta({
    description: "expectation: how the members' outputs become one (default: mean-of-ages)",
  }),
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
  biasFemale: z.tuple([z.number(), z.number()]).meta({
    description: "slope and intercept for girls, in place of those for all",
    argument: "<slope months>",
  }),
  biasMale: z.tuple([z.number(), z.number()]).meta({
    description: "slope and intercept for boys, in place of those for all",
    argument: "<slope months>",
  }),
};

/** The fields of a contract that corrects nothing. */
export const NO_BIAS_FIELDS = { biasSlope: 0, biasIntercept: 0, biasFemale: undefined, biasMale: undefined };
