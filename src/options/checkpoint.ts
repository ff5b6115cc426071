/** Options that decide how a checkpoint is read where the file does not. */
import { z } from "zod";
import { networkSettings } from "./train/modelSettings.js";

export const checkpointOptions = z.strictObject({
  legacyCkp: z.boolean().default(false).meta({
    changesOutput: false,
    description: "require a checkpoint of the older network (it is recognised without this)",
    reference: true,
  }),
  backbone: z.string().optional().meta({
    changesOutput: false,
    description: "backbone of a checkpoint (it is recognised without this)",
    argument: "<name>",
    reference: true,
  }),
  correctPredictedSex: z.boolean().optional().meta({
    changesOutput: false,
    description:
      "whether a given sex is an input of the age; for a checkpoint with an explicit sex classifier that does not state it",
    flag: "model.correct_predicted_sex",
  }),
  padding: networkSettings.shape.padding.meta({
    ...networkSettings.shape.padding.meta(),
    flag: "model.padding",
    changesOutput: false,
  }),
  weights: z.string().min(1).optional().meta({
    changesOutput: false,
    description: "key of the weights in a checkpoint that holds several networks: ema, state_dict.teacher",
    argument: "<key>",
  }),
  parameters: z
    .string()
    .min(1)
    .optional()
    .meta({
      changesOutput: false,
      description:
        "the reference's parameters.yml: age mean and SD, slope and intercept by the checkpoint's stem (the command's default: " +
        "data/parameters.yml where there is one, for a checkpoint of the older network)",
      reads: true,
      argument: "<file>",
    }),
  biasUnit: z.enum(["z", "months"]).default("z").meta({
    changesOutput: false,
    description:
      "unit of a checkpoint's slope and bias: z as training leaves them, months where an evaluation wrote them back",
  }),
});

/** The same for the library, which reads no file by default. */
export const readingOptions = checkpointOptions.extend({
  legacyParameters: z.string().min(1).optional().meta({
    changesOutput: false,
    description:
      "a parameters.yml for checkpoints of the older network alone; one without an entry there gets its age mean and SD",
  }),
});
export type CheckpointOptions = z.infer<typeof readingOptions>;
