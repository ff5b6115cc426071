/** Whether a model's code is run unseen; of every command that loads models. */
import { z } from "zod";

export const trustOptions = z.strictObject({
  trust: z
    .boolean()
    .default(false)
    .meta({
      description:
        "run a TorchScript model whose code reaches files, processes or what is not known to be harmless; a model is a " +
        "program: give it only for files of people you trust",
    }),
});
export type TrustOptions = z.infer<typeof trustOptions>;
