/** `trainer.*`: length, precision and logging of a run. Names and meanings are Lightning's, as in the reference. */
import { z } from "zod";

const count = z.int().min(0);
const none = z.string().regex(/^1\.0*$/);

/** A whole number counts batches, a fraction is a share of them. As in Lightning `1` is one batch and `1.0` all. */
const limit = z
  .union([none.transform(() => null), z.number().min(0)], {
    error: "must be a number of batches or a share of them (1.0 or null: all)",
  })
  .refine((value) => value === null || value < 1 || Number.isInteger(value), {
    error: "must be a whole number of batches, or a share below 1",
  })
  .nullable()
  .default(null);

/** Lightning's count or list of devices; a list is kept as text, `[1,2]`. */
const devices = z
  .union([z.string().min(1), count.transform(String), z.array(count).transform((list) => `[${list}]`)], {
    error: "must be a number of devices, or a list of their numbers",
  })
  .nullable();

/** The settings of a single step. `createTrainer` has them too. */
export const stepTrainerSettings = {
  precision: z.enum(["16", "32", "bf16"]).default("16").meta({
    description:
      "arithmetic of the network: 32 bits, or automatic mixed precision; 16 means 16 bits on a GPU and 32 on the CPU",
  }),
  gradient_clip_val: z.number().min(0).nullable().default(null).meta({
    description: "clip gradients at this value; null or 0: off",
    argument: "<value>",
  }),
  gradient_clip_algorithm: z
    .enum(["norm", "value"])
    .nullable()
    .default(null)
    .meta({ description: "clip the norm of all gradients (null: the same), or each value" }),
  ema_decay: z.number().gt(0).lt(1).nullable().default(null).meta({
    description: "keep an exponential moving average of the weights, and evaluate it; null: off",
    argument: "<decay>",
  }),
};

export const trainerSettings = z.strictObject({
  max_epochs: z.int().min(-1).nullable().default(300).meta({
    description: "number of epochs; null or -1: until max_steps or max_time",
    argument: "<n>",
    mayChange: true,
  }),
  min_epochs: count.nullable().default(null).meta({
    description: "early stopping and max_time do not end the run before that many epochs",
    argument: "<n>",
    mayChange: true,
  }),
  max_steps: z
    .int()
    .min(-1)
    .default(-1)
    .meta({ description: "stop after that many optimizer steps; -1: off", argument: "<n>", mayChange: true }),
  min_steps: count.nullable().default(null).meta({
    description: "early stopping and max_time do not end the run before that many optimizer steps",
    argument: "<n>",
    mayChange: true,
  }),
  max_time: z
    .string()
    .regex(/^\d+(:\d\d){3}$/, { error: "must be DD:HH:MM:SS" })
    .nullable()
    .default(null)
    .meta({ description: "stop after that time; DD:HH:MM:SS", argument: "<time>", mayChange: true }),
  ...stepTrainerSettings,
  accumulate_grad_batches: z
    .union([z.int().min(1), z.record(z.string().regex(/^\d+$/), z.int().min(1))], {
      error: "must be a number of batches, or a map from epoch to number",
    })
    .nullable()
    .default(null)
    .meta({
      description: "number of batches whose gradients are summed for one update; or a map, {epoch: number}",
      argument: "<n>",
    }),
  check_val_every_n_epoch: z
    .int()
    .min(1)
    .default(1)
    .meta({ description: "validate every n-th epoch", argument: "<n>", mayChange: true }),
  num_sanity_val_steps: z.int().min(-1).default(2).meta({
    description: "batches of validation before training, to find faults early; -1: all",
    argument: "<n>",
    mayChange: true,
  }),
  limit_train_batches: limit.meta({
    description: "training batches per epoch: a number, or a share below 1; null or 1.0: all",
    argument: "<n>",
  }),
  limit_val_batches: limit.meta({ description: "the same for validation", argument: "<n>", mayChange: true }),
  limit_test_batches: limit.meta({
    description: "the same for the test split",
    argument: "<n>",
    mayChange: true,
  }),
  fast_dev_run: z
    .union([count, z.boolean()], { error: "must be true, false or a number of batches" })
    .default(false)
    .meta({
      description: "trial run: one epoch of that many batches (true: 1); nothing is kept",
      argument: "[n]",
      mayChange: true,
    }),
  log_every_n_steps: z
    .int()
    .min(1)
    .default(50)
    .meta({ description: "steps between two logged steps", argument: "<n>", mayChange: true }),
  enable_progress_bar: z.boolean().default(true).meta({ description: "show progress", mayChange: true }),
  gpus: devices.default("1").meta({
    description:
      "1: the GPU if there is one; 0: the CPU; [1]: that GPU, or an error; other values: as devices",
    argument: "<n>",
    mayChange: true,
  }),
  accelerator: z
    .enum(["cpu", "gpu", "cuda", "auto"])
    .nullable()
    .default(null)
    .meta({ description: "kind of device; a requested device never falls back to another", mayChange: true }),
  devices: devices.default(null).meta({
    description:
      "number of devices of each node, or a list of their indices; each device has its own process, which this command " +
      "starts unless srun or torchrun has",
    argument: "<n>",
    mayChange: true,
  }),
  num_nodes: z.int().min(1).default(1).meta({
    description: "machines that train together; srun or torchrun starts the processes",
    argument: "<n>",
    mayChange: true,
  }),
  sync_batchnorm: z.boolean().default(false).meta({
    description:
      "several processes: batch norms use the statistics of the whole batch instead of each process's part",
  }),
  process_group_backend: z
    .enum(["auto", "nccl", "gloo"])
    .default("auto")
    .meta({
      description:
        "several processes: gradient backend; auto: NCCL if each process has its own GPU, else Gloo through the hosts' " +
        "memory",
    }),
  rank_timeout: z.int().min(1).default(1800).meta({
    description:
      "several processes: seconds without progress after which a process that is still alive ends the run",
    argument: "<seconds>",
    mayChange: true,
  }),
  resume_from_checkpoint: z.string().min(1).nullable().default(null).meta({
    description: "resume from this checkpoint: a file, or `last` for the newest in the run's folder",
    argument: "<file>",
    mayChange: true,
  }),
  skip_nan: z.boolean().default(false).meta({
    description: "skip a step whose loss or gradient is not finite; without this the step ends the run",
    mayChange: true,
  }),
});
