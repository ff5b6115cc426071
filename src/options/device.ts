/** Where and how a network runs. */
import { z } from "zod";

export const deviceOptions = {
  device: z.string().default("auto").meta({
    description: "auto, cpu, cuda or cuda:n; a device requested by name is used or refused",
    argument: "<device>",
  }),
  gpus: z.string().optional().meta({
    changesOutput: false,
    description: "number of GPUs: 0 or 1, or a list such as 1,",
    argument: "<n>",
    reference: true,
  }),
  accelerator: z
    .string()
    .optional()
    .meta({ changesOutput: false, description: "cpu, gpu or auto", argument: "<name>", reference: true }),
  devices: z.string().optional().meta({
    changesOutput: false,
    description: "1, or the number of the device as a list",
    argument: "<n>",
    reference: true,
  }),
  precision: z.enum(["32", "16", "bf16"]).default("32").meta({
    description:
      "arithmetic of the network: 32 bit, or automatic mixed precision (16 needs CUDA; bf16 on the CPU is slow without AVX-512 BF16)",
    argument: "<bits>",
    reference: true,
  }),
  threads: z.int().min(0).max(1024).default(0).meta({
    description: "threads of one forward; 0: as libtorch chooses",
    argument: "<n>",
  }),
};
