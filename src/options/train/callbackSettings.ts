/** What watches a run: `early_stopping.*`, `checkpoint.*`, `lr_monitor.*`. */
import { z } from "zod";

const threshold = z.number().nullable().default(null);

export const earlyStoppingSettings = z.strictObject({
  monitor: z.string().min(1).default("Step-wise/val_reg_mad").meta({
    description: "metric that is watched; it also picks the best checkpoint",
    argument: "<metric>",
  }),
  mode: z.enum(["min", "max"]).default("min").meta({
    description: "which way the metric gets better; for the best checkpoint too",
  }),
  patience: z.int().min(0).default(50).meta({
    description: "epochs without improvement before the run ends",
    argument: "<n>",
    mayChange: true,
  }),
  min_delta: z
    .number()
    .min(0)
    .default(0)
    .meta({ description: "least improvement that counts", argument: "<value>", mayChange: true }),
  stopping_threshold: threshold.meta({
    description: "end the run when it is reached",
    argument: "<value>",
    mayChange: true,
  }),
  divergence_threshold: threshold.meta({
    description: "end the run when the metric is worse than this",
    argument: "<value>",
    mayChange: true,
  }),
  check_finite: z
    .boolean()
    .default(true)
    .meta({ description: "end the run when the metric is not finite", mayChange: true }),
  strict: z
    .boolean()
    .default(true)
    .meta({ description: "a metric that is not there is an error", mayChange: true }),
  verbose: z.boolean().default(true).meta({ description: "log each improvement", mayChange: true }),
});

export const checkpointSettings = z.strictObject({
  every_n_steps: z.int().min(1).nullable().default(null).meta({
    description:
      "save the whole state within an epoch too, every n optimizer steps; null: after each epoch only",
    argument: "<n>",
    mayChange: true,
  }),
});

export const lrMonitorSettings = z.strictObject({
  logging_interval: z.enum(["epoch", "step"]).nullable().default("epoch").meta({
    description: "how often the learning rate is logged; null: each time it can change",
    mayChange: true,
  }),
});
