import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { IGNORED_SETTINGS } from "../../../../src/options/train/ignoredSettings.js";
import { TRAIN_SETTINGS } from "../../../../src/options/train/index.js";
import { temporaryFolder, writeTree } from "../../../helpers/temporary.js";
import { configOf, configOfFiles, trainCommand } from "../../../helpers/trainConfig.js";

/** All options of the reference's train_model.py, but for those that name a file or print something. */
const REFERENCE = `
seed_everything name root_dir split_ind data_dir mask_dirs test_on_last_model no_test_tta_rot no_test_tta_flip train_tta_rot
train_tta_flip no_regression trainer.logger trainer.checkpoint_callback trainer.enable_checkpointing trainer.callbacks
trainer.default_root_dir trainer.gradient_clip_val trainer.gradient_clip_algorithm trainer.process_position trainer.num_nodes
trainer.num_processes trainer.devices trainer.gpus trainer.auto_select_gpus trainer.tpu_cores trainer.ipus
trainer.log_gpu_memory trainer.progress_bar_refresh_rate trainer.enable_progress_bar trainer.overfit_batches
trainer.track_grad_norm trainer.check_val_every_n_epoch trainer.fast_dev_run trainer.accumulate_grad_batches
trainer.max_epochs trainer.min_epochs trainer.max_steps trainer.min_steps trainer.max_time trainer.limit_train_batches
trainer.limit_val_batches trainer.limit_test_batches trainer.limit_predict_batches trainer.val_check_interval
trainer.flush_logs_every_n_steps trainer.log_every_n_steps trainer.accelerator trainer.strategy trainer.sync_batchnorm
trainer.precision trainer.enable_model_summary trainer.weights_summary trainer.weights_save_path
trainer.num_sanity_val_steps trainer.resume_from_checkpoint trainer.profiler trainer.benchmark trainer.deterministic
trainer.reload_dataloaders_every_n_epochs trainer.auto_lr_find trainer.replace_sampler_ddp trainer.detect_anomaly
trainer.auto_scale_batch_size trainer.prepare_data_per_node trainer.plugins trainer.amp_backend trainer.amp_level
trainer.move_metrics_to_cpu trainer.multiple_trainloader_mode trainer.stochastic_weight_avg trainer.terminate_on_nan
model.backbone model.pretrained model.dense_layers model.sex_dcs model.explicit_sex_classifier model.correct_predicted_sex
model.age_sigma model.sex_sigma model.learnable_sigma model.dropout_p data.annotation_path data.split_path data.split_column
data.img_dir data.mask_dirs data.train_batch_size data.test_batch_size data.num_workers data.input_size data.norm_method
data.mask_crop_size data.use_cache data.rotation_range data.translate_perc data.flip_p data.zoom_in data.zoom_out
data.shear_angle data.contrast_gamma data.sharpen_p data.clae_p early_stopping.monitor early_stopping.min_delta
early_stopping.patience early_stopping.verbose early_stopping.mode early_stopping.strict early_stopping.check_finite
early_stopping.stopping_threshold early_stopping.divergence_threshold early_stopping.check_on_train_epoch_end
lr_monitor.logging_interval lr_monitor.log_momentum`
  .trim()
  .split(/\s+/);

describe("settings", () => {
  test("are all of the reference's: understood, or named as without meaning, never both", () => {
    for (const path of REFERENCE) {
      expect([TRAIN_SETTINGS.has(path), IGNORED_SETTINGS.has(path)].filter(Boolean), path).toHaveLength(1);
    }
  });

  test("are flags of a command, each explained", () => {
    const flags = new Map(trainCommand().options.map((option) => [option.long, option]));
    const all = [
      ...REFERENCE,
      ...TRAIN_SETTINGS.keys(),
      "config",
      "print_config",
      "trainer",
      "model",
      "data",
    ];
    for (const path of [
      ...all,
      "early_stopping",
      "lr_monitor",
      "optimizer",
      "optimizer.help",
      "lr_scheduler.help",
    ]) {
      const option = flags.get(`--${path}`);
      expect(option, path).toBeDefined();
      if (!option!.hidden) expect(option!.description, path).not.toBe("");
    }
  });

  test("default to what holds in the reference after its defaults.yml", async () => {
    const { config, warnings, origins } = await configOf();
    expect(warnings).toEqual([]);
    expect([...origins]).toEqual([]);
    expect(config).toMatchObject({
      seed_everything: 42,
      name: "debug",
      root_dir: "output",
      split_ind: -1,
      no_test_tta_rot: false,
      trainer: { max_epochs: 300, max_steps: -1, gpus: "1", precision: "16", gradient_clip_val: null },
      model: { backbone: "efficientnet-b0", dense_layers: [256], sex_dcs: 32, explicit_sex_classifier: null },
      data: {
        train_batch_size: 24,
        test_batch_size: 32,
        num_workers: 8,
        input_size: [1, 512, 512],
        clae_p: 1,
      },
      optimizer: {
        class_path: "torch.optim.Adam",
        init_args: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 5e-6, amsgrad: false },
      },
      early_stopping: { monitor: "Step-wise/val_reg_mad", patience: 50, min_delta: 0, mode: "min" },
    });
    expect(config.data.mask_dirs).toEqual(["../data/masks/tensormask", "../data/masks/unet"]);
  });
});

describe("files and flags", () => {
  test("later files win, flags win over files, wherever they stand", async () => {
    const files = ["trainer:\n  max_epochs: 5\n  max_steps: 7\n", "trainer: {max_epochs: 6}\nname: second\n"];
    const { config, origins } = await configOfFiles(files, "--trainer.max_steps=8");
    expect(config.trainer).toMatchObject({ max_epochs: 6, max_steps: 8 });
    expect(config.name).toBe("second");
    expect(origins.get("trainer.max_epochs")).toMatch(/1\.yml:1$/);
    expect(origins.get("trainer.max_steps")).toBe("--trainer.max_steps");
    const folder = await writeTree(await temporaryFolder(), { "a.yml": "name: file" });
    expect((await configOf("--name", "flag", "-c", join(folder, "a.yml"))).config.name).toBe("flag");
  });

  test("a section may have a file of its own, and a config may be JSON", async () => {
    const folder = await writeTree(await temporaryFolder(), {
      "trainer.yml": "max_epochs: 9",
      "all.json": '{"name":"j"}',
    });
    const { config } = await configOf(
      "--trainer",
      join(folder, "trainer.yml"),
      "--config",
      join(folder, "all.json"),
    );
    expect([config.trainer.max_epochs, config.name]).toEqual([9, "j"]);
  });

  test("the package's own configs are found from anywhere, but a local file goes first", async () => {
    expect((await configOf("--config=configs/implicit.yml")).config.model.sex_sigma).toBe(1);
    await expect(configOf("--config=configs/nothing.yml")).rejects.toThrow(
      /configs\/nothing\.yml: no such file/,
    );
    const folder = await writeTree(await temporaryFolder(), { "configs/implicit.yml": "name: mine" });
    const before = process.cwd();
    try {
      process.chdir(folder);
      const { config } = await configOf("--config=configs/implicit.yml", "--config", "configs/sex_input.yml");
      expect(config).toMatchObject({ name: "mine", model: { sex_sigma: 0, correct_predicted_sex: true } });
    } finally {
      process.chdir(before);
    }
  });

  test("the README's command of the reference", async () => {
    const flags = [
      "--trainer.max_epochs=100",
      "--model.backbone=efficientnet-b4",
      "--data.train_batch_size",
      "32",
    ];
    const lists = [
      '--data.mask_dirs=["a","b c"]',
      "--model.dense_layers=[256]",
      "--data.input-size",
      "1",
      "64",
      "96",
    ];
    const { config } = await configOf("--config=configs/cosine_annealing.yml", ...flags, ...lists);
    expect(config.trainer.max_epochs).toBe(100);
    expect(config.model).toMatchObject({ backbone: "efficientnet-b4", dense_layers: [256] });
    expect(config.data).toMatchObject({
      train_batch_size: 32,
      mask_dirs: ["a", "b c"],
      input_size: [1, 64, 96],
    });
  });

  test("a list's flag has several values, or none; the last one counts", async () => {
    const repeated = await configOf("--data.mask_dirs", "a", "--data.mask_dirs", "b");
    expect(repeated.config.data.mask_dirs).toEqual(["b"]);
    expect((await configOf("--data.mask_dirs", "a", "b")).config.data.mask_dirs).toEqual(["a", "b"]);
    expect((await configOf("--data.mask_dirs=[]")).config.data.mask_dirs).toEqual([]);
  });

  test("switches take a value or none", async () => {
    const { config } = await configOf(
      "--no_regression",
      "--trainer.skip_nan",
      "--model.learnable_sigma=true",
    );
    expect(config).toMatchObject({
      no_regression: true,
      trainer: { skip_nan: true },
      model: { learnable_sigma: true },
    });
    expect((await configOf("--data.use_cache=False")).config.data.use_cache).toBe(false);
  });

  test("a run's config.yaml of the reference is read as it is", async () => {
    const { config, warnings } = await configOfFiles([RUN_OF_THE_REFERENCE]);
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      name: "real2",
      trainer: { gpus: "0", max_epochs: 110, precision: "32" },
      model: { dense_layers: [16], correct_predicted_sex: true },
      data: { num_workers: 0, use_cache: true, translate_perc: 0.02 },
      lr_scheduler: {
        class_path: expect.stringMatching(/WarmRestarts$/),
        init_args: { T_0: 10, eta_min: 5e-5 },
      },
    });
  });
});

/** Parts of the config.yaml that a run of the reference wrote; every kind of value is in it. */
const RUN_OF_THE_REFERENCE = `
seed_everything: 42
trainer:
  logger: true
  checkpoint_callback: null
  enable_checkpointing: false
  callbacks: null
  gradient_clip_val: null
  num_nodes: 1
  gpus: 0
  overfit_batches: 0.0
  track_grad_norm: -1
  fast_dev_run: false
  max_epochs: 110
  max_steps: -1
  precision: 32
  weights_summary: top
  multiple_trainloader_mode: max_size_cycle
model:
  backbone: efficientnet-b0
  pretrained: null
  dense_layers:
  - 16
  explicit_sex_classifier: null
  correct_predicted_sex: true
  age_sigma: 1.0
data:
  input_size:
  - 1
  - 64
  - 64
  mask_dirs:
  - radiographs/masks
  mask_crop_size: -1.0
  num_workers: 0
  use_cache: true
  translate_perc: 0.02
name: real2
mask_dirs: ../data/annotated/rsna_bone_age/
early_stopping:
  min_delta: 0.0
  check_on_train_epoch_end: null
optimizer:
  class_path: torch.optim.Adam
  init_args:
    lr: 0.001
    betas:
    - 0.9
    - 0.999
    eps: 1.0e-08
    weight_decay: 5.0e-06
    amsgrad: false
lr_scheduler:
  class_path: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts
  init_args:
    T_0: 10
    T_mult: 1
    eta_min: 5.0e-05
    last_epoch: -1
    verbose: false
`;
