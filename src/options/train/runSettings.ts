/** Settings of a training run as a whole: keys at the top level of a config file. */
import { z } from "zod";
import { trustOptions } from "../trust.js";

const path = z.string().min(1);
const ownSwitch = z.boolean().default(false);

/** The settings that every single step uses. `createTrainer` has them too. */
export const stepRunSettings = {
  threads: z
    .int()
    .min(0)
    .max(1024)
    .default(0)
    .meta({ description: "threads of one step; 0: as libtorch chooses", argument: "<n>", mayChange: true }),
  ...trustOptions.shape,
};

export const runSettings = z.strictObject({
  seed_everything: z.int().min(0).max(0xffffffff).nullable().default(42).meta({
    description:
      "seed of weights, shuffling and augmentation; null: another one each run, which the log names",
    argument: "<n>",
  }),
  name: path.default("debug").meta({
    description: "name of the run and of its folder below root_dir",
    argument: "<name>",
    mayChange: true,
  }),
  root_dir: path.default("output").meta({
    description: "folder of all runs; a run's is <root_dir>/<name>/version_<n>",
    argument: "<folder>",
    mayChange: true,
  }),
  split_ind: z.int().min(-1).default(-1).meta({
    description:
      "0 or more: the run's folder is split_<n>, used again if it is there, not the next version_<n>",
    argument: "<n>",
    mayChange: true,
  }),
  no_test_tta_rot: ownSwitch.meta({
    description: "val and test predictions without turned pictures",
    mayChange: true,
  }),
  no_test_tta_flip: ownSwitch.meta({
    description: "val and test predictions without mirrored pictures",
    mayChange: true,
  }),
  train_tta_rot: ownSwitch.meta({
    description: "turned pictures for the train predictions too",
    mayChange: true,
  }),
  train_tta_flip: ownSwitch.meta({
    description: "mirrored pictures for the train predictions too",
    mayChange: true,
  }),
  no_regression: ownSwitch.meta({ description: "no bias correction after training", mayChange: true }),
  device: path.default("auto").meta({
    description: "auto, cpu, cuda or cuda:n; a device asked for by name never falls back",
    argument: "<device>",
    mayChange: true,
  }),
  scratch: path.default("auto").meta({
    description:
      "copy pictures and masks to this node-local folder first, once a node, and take them away in the end; none; auto: " +
      "$TMPDIR in a SLURM job, if it is another disk than theirs and no cache is used",
    argument: "<folder>",
    mayChange: true,
  }),
  ...stepRunSettings,
  strict: ownSwitch.meta({
    description: "a picture that cannot be used ends the run; else it is skipped, counted and listed",
    mayChange: true,
  }),
});
