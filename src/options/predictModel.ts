/** Options of `predict` that name its models. */
import { z } from "zod";
import { trustOptions } from "./trust.js";

const file = z.string().min(1);

/** An option of `predict` and `ensemble`. */
export const publishedMembers = z.enum(["published"]).optional().meta({
  description: "published: the three published members, from the folder given in place of their files",
});

export const predictModelShape = {
  ckpPath: z
    .array(file)
    .min(1)
    .optional()
    .meta({
      description:
        "the model: TorchScript, a checkpoint of the reference, or safetensors; several are an ensemble, named by their files or by name=path. " +
        "Takes all names that follow: pictures go before it, or after --",
      reads: true,
      argument: "<files...>",
      reference: true,
      short: "m",
    }),
  members: publishedMembers,
  manifest: file.optional().meta({
    changesOutput: false,
    description:
      "contract of the model, of every member; overrides what the model and the file beside it state",
    reads: true,
    argument: "<file>",
  }),
  predictSex: file.optional().meta({
    description:
      "a model with a sex head that predicts the sex of rows without one (column sex_predicted); only the contract's flags about masks apply to it",
    reads: true,
    argument: "<model>",
  }),
  maskModel: z
    .string()
    .min(1)
    .default("auto")
    .meta({
      changesOutput: false,
      description:
        "a hand-mask model that makes the masks that are not given; auto: the bundled one, where a model needs masks and there " +
        "are no `maskDirs`; none: predict without",
      argument: "<model|auto|none>",
    }),
  ...trustOptions.shape,
};
