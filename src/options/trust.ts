/** Whether a model's code may run without inspection; an option of every command that loads models. */
import { z } from "zod";

export const trustOptions = z.strictObject({
  trust: z
    .boolean()
    .default(false)
    .meta({
      changesOutput: false,
      description:
        "run a TorchScript model even if its code reaches files, processes or unknown functions; a model is a program, so " +
        "trust only files from people you trust",
    }),
});
