/**
 * Every setting of training, declared once: config files, dotted flags, `--help`, the types and docs/options.md derive
 * from here. Keys are spelt as the reference's config files spell them.
 */
import type { z } from "zod";
import { type ClassTable, classArguments } from "../classPath.js";
import { checkpointSettings, earlyStoppingSettings, lrMonitorSettings } from "./callbackSettings.js";
import { dataSettings } from "./dataSettings.js";
import { modelSettings } from "./modelSettings.js";
import { DEFAULT_OPTIMIZER, OPTIMIZERS, type OptimizerSetting } from "./optimizerClasses.js";
import { runSettings } from "./runSettings.js";
import { DEFAULT_SCHEDULE, SCHEDULES, type ScheduleSetting } from "./scheduleClasses.js";
import { trainerSettings } from "./trainerSettings.js";

/** Sections of a config file: mappings whose keys are settings. */
export const SECTIONS = {
  trainer: trainerSettings,
  model: modelSettings,
  data: dataSettings,
  early_stopping: earlyStoppingSettings,
  checkpoint: checkpointSettings,
  lr_monitor: lrMonitorSettings,
} as const;

/** Sections that name a class and its arguments. */
export const CLASS_SECTIONS = {
  optimizer: { classes: OPTIMIZERS, initial: DEFAULT_OPTIMIZER },
  lr_scheduler: { classes: SCHEDULES, initial: DEFAULT_SCHEDULE },
} as const satisfies Record<string, ClassSection>;

export interface ClassSection {
  classes: ClassTable;
  initial: { class_path: string; init_args: Readonly<Record<string, unknown>> };
}

/** A whole configuration of a training run, checked, with every default filled in. */
export type TrainConfig = z.infer<typeof runSettings> & {
  [S in keyof typeof SECTIONS]: z.infer<(typeof SECTIONS)[S]>;
} & { optimizer: OptimizerSetting; lr_scheduler: ScheduleSetting };

/** Path of a setting, `trainer.max_epochs` or `optimizer.init_args.lr`, -> its schema. Class paths are not among them. */
export const TRAIN_SETTINGS: ReadonlyMap<string, z.ZodType> = new Map([
  ...(Object.entries(runSettings.shape) as [string, z.ZodType][]),
  ...Object.entries(SECTIONS).flatMap(([section, { shape }]) =>
    (Object.entries(shape) as [string, z.ZodType][]).map(
      ([key, schema]) => [`${section}.${key}`, schema] as const,
    ),
  ),
  ...Object.entries(CLASS_SECTIONS).flatMap(([section, { classes }]) =>
    [...classArguments(classes)].map(
      ([name, { schema }]) => [`${section}.init_args.${name}`, schema] as const,
    ),
  ),
]);

export { runSettings };
