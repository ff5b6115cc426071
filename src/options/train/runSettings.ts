/** Settings of a training run as a whole: keys at the top level of a config file. */
import { z } from "zod";
import { trustOptions } from "../trust.js";

const path = z.string().min(1);
const ownSwitch = z.boolean().default(false);

/** The settings of a single step. `createTrainer` has them too. */
export const stepRunSettings = {
  threads: z
    .int()
    .min(0)
    .max(1024)
    .default(0)
    .meta({ description: "threads of one step; 0: libtorch's default", argument: "<n>", mayChange: true }),
  ...trustOptions.shape,
};

export const runSettings = z.strictObject({
  seed_everything: z.int().min(0).max(0xffffffff).nullable().default(42).meta({
    description:
      "seed of weights, shuffling and augmentation; null: a new seed for each run, which the log states",
    argument: "<n>",
  }),
  name: path.default("debug").meta({
    description: "name of the run and of its folder below root_dir",
    argument: "<name>",
    mayChange: true,
  }),
  root_dir: path.default("output").meta({
    description: "folder of all runs; a run has the folder <root_dir>/<name>/version_<n>",
    argument: "<folder>",
    mayChange: true,
  }),
  split_ind: z.int().min(-1).default(-1).meta({
    description:
      "0 or more: the run's folder is split_<n>, which is reused if it exists, instead of the next version_<n>",
    argument: "<n>",
    mayChange: true,
  }),
  no_test_tta_rot: ownSwitch.meta({
    description: "val and test predictions without rotated pictures",
    mayChange: true,
  }),
  no_test_tta_flip: ownSwitch.meta({
    description: "val and test predictions without mirrored pictures",
    mayChange: true,
  }),
  train_tta_rot: ownSwitch.meta({
    description: "rotated pictures also for the train predictions",
    mayChange: true,
  }),
  train_tta_flip: ownSwitch.meta({
    description: "mirrored pictures also for the train predictions",
    mayChange: true,
  }),
  no_regression: ownSwitch.meta({ description: "no bias correction after training", mayChange: true }),
  no_report: ownSwitch.meta({
    description: "no report of the test predictions in the run's folder after training",
    mayChange: true,
  }),
  device: path.default("auto").meta({
    description: "auto, cpu, cuda or cuda:n; a device asked for by name never falls back",
    argument: "<device>",
    mayChange: true,
  }),
  scratch: path.default("auto").meta({
    description:
      "copy pictures and masks to this node-local folder first, once per node, and remove them at the end; none; auto: " +
      "$TMPDIR in a SLURM job, if it is another disk than theirs and no cache is used",
    argument: "<folder>",
    mayChange: true,
  }),
  ...stepRunSettings,
  strict: ownSwitch.meta({
    description: "an unusable picture ends the run; without this it is skipped, counted and listed",
    mayChange: true,
  }),
});
