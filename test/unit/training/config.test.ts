import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { IGNORED_SETTINGS } from "../../../src/options/train/ignored.js";
import { TRAIN_SETTINGS } from "../../../src/options/train/index.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";
import { projectRoot } from "../../helpers/testData.js";
import { configOf, configOfFiles, trainCommand } from "../../helpers/trainConfig.js";

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

  test("a list's flag may be repeated, given at once, or be empty", async () => {
    const repeated = await configOf("--data.mask_dirs", "a", "--data.mask_dirs", "b");
    expect(repeated.config.data.mask_dirs).toEqual(["a", "b"]);
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

describe("values", () => {
  test.each([
    ["optimizer: {init_args: {lr: 1e-3}}", 1e-3],
    ['optimizer: {init_args: {lr: "1e-3"}}', 1e-3],
    ["optimizer: {init_args: {lr: 1.0E-03}}", 1e-3],
    ["optimizer: {init_args: {lr: .5}}", 0.5],
  ])("%s: a number, however it is written", async (text, lr) => {
    expect((await configOfFiles([text])).config.optimizer.init_args.lr).toBe(lr);
  });

  test("text stays as it is written", async () => {
    const { config } = await configOfFiles(["name: 007\ndata: {split_column: 1.0, img_dir: 'null'}"]);
    expect([config.name, config.data.split_column, config.data.img_dir]).toEqual(["007", "1.0", "null"]);
    expect((await configOf("--name=null")).config.name).toBe("null");
  });

  test("null, and an empty list, where they mean something", async () => {
    const none = await configOf("--model.explicit_sex_classifier=null", "--seed_everything=null");
    expect([none.config.model.explicit_sex_classifier, none.config.seed_everything]).toEqual([null, null]);
    const file = await configOfFiles(["model: {explicit_sex_classifier: [], pretrained: false}\ntrainer:\n"]);
    expect(file.config.model).toMatchObject({ explicit_sex_classifier: [], pretrained: false });
  });

  test("booleans as Python's YAML has them", async () => {
    const { config } = await configOfFiles([
      "no_regression: yes\nearly_stopping: {strict: off, verbose: True}",
    ]);
    expect([config.no_regression, config.early_stopping.strict, config.early_stopping.verbose]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test("1 is one batch and 1.0 all of them, as in Lightning", async () => {
    const { config } = await configOfFiles(["trainer: {limit_train_batches: 1, limit_val_batches: 1.0}"]);
    expect([config.trainer.limit_train_batches, config.trainer.limit_val_batches]).toEqual([1, null]);
  });

  test("maps and choices of types", async () => {
    const { config } = await configOf(
      "--trainer.accumulate_grad_batches={0: 1, 5: 4}",
      "--trainer.fast_dev_run=3",
    );
    expect(config.trainer).toMatchObject({ accumulate_grad_batches: { 0: 1, 5: 4 }, fast_dev_run: 3 });
    expect((await configOf("--trainer.fast_dev_run")).config.trainer.fast_dev_run).toBe(true);
    expect((await configOfFiles(["trainer: {gpus: [0]}"])).config.trainer.gpus).toBe("[0]");
  });
});

describe("classes", () => {
  test.each(["SGD", "torch.optim.SGD", "torch.optim.sgd.SGD"])("%s is understood", async (name) => {
    const { config } = await configOf(`--optimizer=${name}`, "--optimizer.momentum=0.9");
    expect(config.optimizer).toEqual({
      class_path: "torch.optim.SGD",
      init_args: { lr: 1e-3, momentum: 0.9, dampening: 0, weight_decay: 5e-6, nesterov: false },
    });
  });

  test("another class keeps what it has of the last one's arguments, and the same class merges", async () => {
    const sgd = "optimizer: {class_path: SGD, init_args: {momentum: 0.9, lr: 0.1}}";
    const adam = "optimizer:\n  class_path: torch.optim.AdamW\n";
    const { config } = await configOfFiles([sgd, adam, "optimizer: {init_args: {eps: 1e-6}}"]);
    expect(config.optimizer).toMatchObject({
      class_path: "torch.optim.AdamW",
      init_args: { lr: 0.1, eps: 1e-6 },
    });
    expect(config.optimizer.init_args).not.toHaveProperty("momentum");
    const plateau = "pytorch_lightning.utilities.cli.ReduceLROnPlateau";
    const patience = await configOfFiles([
      `lr_scheduler: {class_path: ${plateau}, init_args: {patience: 3}}`,
    ]);
    expect(patience.config.lr_scheduler.init_args).toMatchObject({ patience: 3, factor: 0.2, min_lr: 1e-4 });
  });

  test("PyTorch's and Lightning's names of the plateau schedule are one class", async () => {
    for (const name of [
      "torch.optim.lr_scheduler.ReduceLROnPlateau",
      "lightning.pytorch.cli.ReduceLROnPlateau",
    ]) {
      const { config } = await configOfFiles([`lr_scheduler: ${name}`]);
      expect(config.lr_scheduler.class_path).toBe("pytorch_lightning.utilities.cli.ReduceLROnPlateau");
    }
  });

  test("help for one class", () => {
    let text = "";
    const command = trainCommand().configureOutput({ writeOut: (part) => (text += part) });
    expect(() => command.parse(["--optimizer.help", "SGD"], { from: "user" })).toThrow(
      expect.objectContaining({ exitCode: 0 }),
    );
    expect(text).toMatch(/--optimizer\.nesterov .*default: false/);
    expect(text).toMatch(/--optimizer\.lr .*needed/);
  });
});

describe("warnings", () => {
  it("name each setting that has no meaning here, where it stands and why", async () => {
    const { warnings } = await configOfFiles(
      ["trainer:\n  num_nodes: 1\n  strategy: deepspeed\n  callbacks:\n    - class_path: a.B\n"],
      "--trainer.deterministic=true",
      "--test_on_last_model",
    );
    expect(warnings).toEqual([
      expect.stringMatching(/0\.yml:3: trainer\.strategy has no effect: several processes/),
      expect.stringMatching(/0\.yml:4: trainer\.callbacks has no effect: no Python/),
      expect.stringMatching(/^--test_on_last_model has no effect: the reference never reads it/),
      expect.stringMatching(/^--trainer\.deterministic has no effect/),
    ]);
  });

  it("a metric that is best when largest must not be minimised", async () => {
    const theirs = "early_stopping:\n  monitor: Step-wise/val_ROC\n  mode: min\n";
    const { warnings } = await configOfFiles([theirs], "--lr_scheduler.monitor=Step-wise/val_ROC");
    expect(warnings).toEqual([
      expect.stringMatching(/0\.yml:3: early_stopping\.mode is min.*worst/),
      expect.stringMatching(/lr_scheduler\.init_args\.mode is min/),
    ]);
    expect((await configOf("--config=configs/sex_only.yml")).warnings).toEqual([]);
  });
});

describe("errors", () => {
  test.each([
    ["a wrong type", "trainer:\n  max_epochs: ten\n", /0\.yml:2: trainer\.max_epochs "ten": .*number/],
    ["a number out of range", "data:\n  flip_p: 1.5\n", /0\.yml:2: data\.flip_p "1\.5": .*1/],
    ["a fraction of an epoch", "trainer: {max_epochs: 1.5}", /0\.yml:1: trainer\.max_epochs "1\.5"/],
    ["a text for a list", "data:\n  mask_dirs: masks\n", /0\.yml:2: data\.mask_dirs "masks": .*array/],
    ["a list too short", "data: {input_size: [1, 512]}", /data\.input_size \["1","512"\]/],
    ["a mapping for a value", "name: {a: b}", /0\.yml:1: name \{"a":"b"\}: .*string/],
    ["null for a value", "data:\n\n  img_dir: null\n", /0\.yml:3: data\.img_dir null/],
    ["a value for a section", "trainer: 5", /0\.yml:1: trainer must be a mapping/],
    ["a list as the file", "- a\n", /0\.yml:1: the file must be a mapping/],
    ["no boolean", "early_stopping: {strict: 1}", /early_stopping\.strict "1": .*boolean/],
    [
      "weights that would be fetched",
      "model: {pretrained: true}",
      /model\.pretrained "true": .*none are fetched/,
    ],
    ["an unknown choice", "model: {backbone: efficientnet-b9}", /efficientnet-b9.*efficientnet-b0/],
    ["a share of a batch", "trainer: {limit_val_batches: 2.5}", /limit_val_batches "2\.5": .*whole number/],
    ["a time", "trainer: {max_time: 12h}", /max_time "12h": .*DD:HH:MM:SS/],
    [
      "an unknown key",
      "trainer:\n  max_epoch: 5\n",
      /0\.yml:2: unknown setting trainer\.max_epoch .*max_epochs/,
    ],
    [
      "a key one level too high",
      "max_epochs: 5",
      /unknown setting max_epochs \(there is trainer\.max_epochs\)/,
    ],
    [
      "the reference's README",
      "data: {annotation_df: a}",
      /unknown setting data\.annotation_df .*data\.annotation_path/,
    ],
    ["an unknown section", "trainr: {max_epochs: 5}", /0\.yml:1: unknown setting trainr .*"trainer"/],
    [
      "an unknown class",
      "optimizer:\n  class_path: torch.optim.Adamm\n",
      /0\.yml:2: optimizer .*Adamm.*nearest is "Adam"/,
    ],
    ["a class of somebody's own", "optimizer: mine.Adam", /0\.yml:1: optimizer "mine\.Adam": no such class/],
    ["an argument of another class", "optimizer: {init_args: {momentum: 1}}", /Adam has no momentum/],
    [
      "a missing argument",
      "lr_scheduler: torch.optim.lr_scheduler.StepLR",
      /lr_scheduler\.init_args\.step_size is missing/,
    ],
    ["a key twice", "name: a\nname: b\n", /0\.yml:2: this is not YAML: .*unique/],
    ["a tab", "trainer:\n\tmax_epochs: 5\n", /0\.yml:2: this is not YAML/],
    ["an alias", "name: &a b\nroot_dir: *a\n", /0\.yml:2: aliases/],
    ["no end", "trainer: {max_epochs: null}", /nothing ends the run/],
    ["nothing to learn", "model: {age_sigma: 0}", /nothing to learn/],
    [
      "Nesterov without momentum",
      "optimizer: {class_path: SGD, init_args: {nesterov: true}}",
      /nesterov needs/,
    ],
  ])("%s", async (_, text, message) => {
    await expect(configOfFiles([text])).rejects.toThrow(
      expect.objectContaining({
        code: "ERR_DEEPLASIA_OPTION",
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(/./),
      }),
    );
  });

  test("a flag is named as it was given", async () => {
    await expect(configOf("--data.flip-p=2")).rejects.toThrow(/^--data\.flip_p "2": .*1/);
    await expect(configOf("--lr_scheduler=Cosine")).rejects.toThrow(
      /^--lr_scheduler "Cosine": no such class/,
    );
  });

  test("an unknown flag is refused, with the nearest one", () => {
    expect(() => trainCommand().parse(["--trainer.max_epoch=3"], { from: "user" })).toThrow(
      /--trainer\.max_epochs/,
    );
  });

  test("a file that is not there", async () => {
    await expect(configOf("--config", join(projectRoot, "none.yml"))).rejects.toThrow(
      expect.objectContaining({ message: expect.stringMatching(/none\.yml: no such file/) }),
    );
  });
});
