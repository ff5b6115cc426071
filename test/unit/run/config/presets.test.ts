import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { projectRoot } from "../../../helpers/testData.js";
import { configOf } from "../../../helpers/trainConfig.js";

const plateau = "pytorch_lightning.utilities.cli.ReduceLROnPlateau";

/** What the reference's files say, key by key; in sex_only.yml `mode` is min there, which keeps the worst epoch. */
const REFERENCE: Record<string, unknown> = {
  "defaults.yml": {
    seed_everything: 42,
    name: "debug",
    trainer: { gpus: 1, max_epochs: 300, min_epochs: null, max_time: null, precision: 16 },
    optimizer: { class_path: "torch.optim.Adam", init_args: { lr: 1e-3, weight_decay: 5e-6 } },
    lr_scheduler: {
      class_path: plateau,
      init_args: {
        monitor: "Step-wise/val_reg_mad",
        mode: "min",
        factor: 0.2,
        patience: 10,
        min_lr: 1e-4,
        cooldown: 5,
        verbose: true,
      },
    },
    early_stopping: {
      monitor: "Step-wise/val_reg_mad",
      min_delta: 0,
      patience: 50,
      verbose: true,
      mode: "min",
      strict: true,
      check_finite: true,
      stopping_threshold: null,
      divergence_threshold: null,
    },
    lr_monitor: { logging_interval: "epoch" },
  },
  "cosine_annealing.yml": {
    lr_scheduler: {
      class_path: "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts",
      init_args: { T_0: 10, eta_min: 5e-5 },
    },
  },
  "sex_input.yml": {
    model: {
      explicit_sex_classifier: null,
      sex_dcs: 32,
      correct_predicted_sex: true,
      age_sigma: 1,
      sex_sigma: 0,
    },
  },
  "explicit.yml": {
    model: {
      explicit_sex_classifier: [128],
      sex_dcs: 32,
      correct_predicted_sex: true,
      age_sigma: 1,
      sex_sigma: 0,
    },
  },
  "implicit.yml": {
    model: {
      explicit_sex_classifier: null,
      sex_dcs: 0,
      correct_predicted_sex: false,
      age_sigma: 1,
      sex_sigma: 1,
    },
  },
  "sex_only.yml": {
    model: {
      explicit_sex_classifier: [],
      sex_dcs: 0,
      correct_predicted_sex: false,
      age_sigma: 0,
      sex_sigma: 1,
    },
    lr_scheduler: {
      class_path: plateau,
      init_args: {
        monitor: "Step-wise/val_ROC",
        mode: "max",
        factor: 0.1,
        patience: 10,
        min_lr: 1e-5,
        cooldown: 5,
        verbose: true,
      },
    },
    early_stopping: { monitor: "Step-wise/val_ROC", mode: "max", patience: 50 },
  },
  "old_aug.yml": {
    data: { rotation_range: 30, shear_angle: 5, contrast_gamma: 0, sharpen_p: 0, clae_p: 0 },
  },
};

const folder = join(projectRoot, "configs");

test("the presets are the reference's, and those of the bundled models", () => {
  const names = readdirSync(folder).filter((name) => name.endsWith(".yml"));
  expect(names.sort()).toEqual(
    [
      ...Object.keys(REFERENCE),
      ...["phantom-b0.yml", "phantom-b0-large.yml", "phantom-b0-fine.yml", "hand-mask.yml"],
    ].sort(),
  );
});

test.each(Object.keys(REFERENCE))(
  "%s has the reference's values, and a comment about its purpose",
  async (name) => {
    const text = readFileSync(join(folder, name), "utf8");
    expect(text).toMatch(/^# \w/);
    // YAML 1.1 as Python reads it takes 1e-3 for text; the reference's parser makes a number of it where one is wanted.
    expect(parse(text)).toEqual(REFERENCE[name]);
    const { warnings } = await configOf(`--config=configs/${name}`);
    expect(warnings).toEqual([]);
  },
);

test("hand-mask.yml is a whole configuration of a mask network", async () => {
  const { config, warnings } = await configOf("--config=configs/hand-mask.yml");
  expect(warnings).toEqual([]);
  expect(config.model).toMatchObject({ kind: "mask", mask_filters: 8 });
  expect(config.early_stopping).toMatchObject({ monitor: "Step-wise/val_dice", mode: "max" });
});

test("defaults.yml is what is built in", async () => {
  expect((await configOf("--config=configs/defaults.yml")).config).toEqual((await configOf()).config);
});

test("the presets go together as the reference's do", async () => {
  const { config } = await configOf("--config=configs/sex_only.yml", "--config=configs/cosine_annealing.yml");
  expect(config).toMatchObject({
    model: { explicit_sex_classifier: [], age_sigma: 0 },
    lr_scheduler: { init_args: { T_0: 10, T_mult: 1, eta_min: 5e-5, verbose: true } },
    early_stopping: { monitor: "Step-wise/val_ROC", mode: "max", min_delta: 0 },
  });
});
