/** `lr_scheduler`: the schedule of the learning rate, which steps once per epoch, after validation. */
import { z } from "zod";
import type { ClassSetting } from "../classPath.js";

const rate = z.number().min(0);
const epochs = z.int().min(0);
const verbose = z.boolean().default(false).meta({ description: "log each change", mayChange: true });
const eta_min = rate.default(0).meta({ description: "lowest learning rate", argument: "<rate>" });

export const SCHEDULES = {
  "pytorch_lightning.utilities.cli.ReduceLROnPlateau": z.strictObject({
    monitor: z.string().min(1).default("Step-wise/val_reg_mad").meta({
      description: "metric that is watched",
      argument: "<metric>",
    }),
    mode: z.enum(["min", "max"]).default("min").meta({ description: "which way the metric gets better" }),
    factor: z.number().gt(0).lt(1).default(0.1).meta({
      description: "the learning rate is multiplied by this",
      argument: "<factor>",
    }),
    patience: epochs
      .default(10)
      .meta({ description: "epochs without improvement before a change", argument: "<n>" }),
    threshold: rate.default(1e-4).meta({ description: "least improvement that counts", argument: "<value>" }),
    threshold_mode: z.enum(["rel", "abs"]).default("rel").meta({
      description: "whether threshold is a share of the best value or a difference",
    }),
    cooldown: epochs
      .default(0)
      .meta({ description: "epochs after a change that are not counted", argument: "<n>" }),
    min_lr: rate.default(0).meta({ description: "lowest learning rate", argument: "<rate>" }),
    eps: rate.default(1e-8).meta({ description: "smaller changes are skipped", argument: "<rate>" }),
    verbose,
  }),
  "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts": z.strictObject({
    T_0: z.int().min(1).meta({ description: "epochs to the first restart", argument: "<n>" }),
    T_mult: z.int().min(1).default(1).meta({
      description: "factor by which each round is longer than the last",
      argument: "<n>",
    }),
    eta_min,
    verbose,
  }),
  "torch.optim.lr_scheduler.StepLR": z.strictObject({
    step_size: z.int().min(1).meta({ description: "epochs between two changes", argument: "<n>" }),
    gamma: z.number().gt(0).default(0.1).meta({
      description: "the learning rate is multiplied by this",
      argument: "<factor>",
    }),
    verbose,
  }),
  CosineWithWarmup: z.strictObject({
    warmup_epochs: epochs.default(5).meta({
      description: "epochs of linear growth to the learning rate",
      argument: "<n>",
    }),
    T_max: z.int().min(1).nullable().default(null).meta({
      description: "epoch in which the lowest rate is reached; null: max_epochs",
      argument: "<n>",
    }),
    eta_min,
    verbose,
  }),
  Constant: z.strictObject({}),
} as const;

export type ScheduleSetting = ClassSetting<typeof SCHEDULES>;

/** The default. Its arguments also apply to another class that a config names, if that class has them. */
export const DEFAULT_SCHEDULE = {
  class_path: "pytorch_lightning.utilities.cli.ReduceLROnPlateau",
  init_args: {
    monitor: "Step-wise/val_reg_mad",
    mode: "min",
    factor: 0.2,
    patience: 10,
    min_lr: 1e-4,
    cooldown: 5,
    verbose: true,
  },
} as const;
