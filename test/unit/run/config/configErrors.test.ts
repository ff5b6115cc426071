import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { projectRoot } from "../../../helpers/testData.js";
import { configOf, configOfFiles } from "../../../helpers/trainConfig.js";

describe("warnings", () => {
  it("name each setting that has no meaning here, where it stands and why", async () => {
    const { warnings } = await configOfFiles(
      ["trainer:\n  num_nodes: 1\n  strategy: deepspeed\n  callbacks:\n    - class_path: a.B\n"],
      "--trainer.deterministic=true",
      "--test_on_last_model",
    );
    expect(warnings).toEqual([
      expect.stringMatching(/0\.yml:3: trainer\.strategy has no effect: with several processes/),
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

test("weights that would be fetched are named: the file for the backbone, and where it is", async () => {
  const remedyOf = (...argv: string[]) => configOf(...argv).then(String, ({ remedy }) => remedy);
  expect(await remedyOf("--model.pretrained=True", "--model.backbone=efficientnet-b4")).toMatch(
    /efficientnet-b4-\w{8}\.pth of efficientnet_pytorch: fetch https:\/\/github\.com\/\S+\.pth /,
  );
  expect(await remedyOf("--model.pretrained=yes", "--model.backbone=inceptionv3")).toMatch(
    /inception_v3_google-\w{8}\.pth of torchvision: fetch https:\/\/download\.pytorch\.org\/\S+\.pth /,
  );
  expect(await remedyOf("--model.pretrained=1", "--model.backbone=efficientnet-l2")).toMatch(
    /^No ImageNet weights/,
  );
});

test("a metric that is not there is a warning where early stopping is not strict", async () => {
  const { warnings } = await configOf("--early_stopping.monitor=mine", "--early_stopping.strict=false");
  expect(warnings).toEqual([
    expect.stringMatching(/"mine": no such metric.*neither early stopping nor a best/),
  ]);
});

describe("errors", () => {
  test.each([
    ["a wrong type", "trainer:\n  max_epochs: ten\n", /0\.yml:2: trainer\.max_epochs "ten": .*number/],
    ["a number out of range", "data:\n  flip_p: 1.5\n", /0\.yml:2: data\.flip_p "1\.5": .*1/],
    ["a fraction of an epoch", "trainer: {max_epochs: 1.5}", /0\.yml:1: trainer\.max_epochs "1\.5"/],
    ["a text for a list", "data:\n  mask_dirs: masks\n", /0\.yml:2: data\.mask_dirs "masks": must be a list/],
    ["a list too short", "data: {input_size: [1, 512]}", /data\.input_size \["1","512"\]/],
    ["a mapping for a value", "name: {a: b}", /0\.yml:1: name \{"a":"b"\}: must be text/],
    ["null for a value", "data:\n\n  img_dir: null\n", /0\.yml:3: data\.img_dir null/],
    ["a value for a section", "trainer: 5", /0\.yml:1: trainer must be a mapping/],
    ["a list as the file", "- a\n", /0\.yml:1: the file must be a mapping/],
    ["no boolean", "early_stopping: {strict: 2}", /early_stopping\.strict "2": must be true or false/],
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
    ["a key twice", "name: a\nname: b\n", /0\.yml:2: name is there twice/],
    ["a tab", "trainer:\n\tmax_epochs: 5\n", /0\.yml:2: this is not YAML/],
    ["an alias", "name: &a b\nroot_dir: *a\n", /0\.yml:2: aliases/],
    [
      "no epoch",
      "trainer:\n  max_epochs: 0\n",
      /0\.yml:2: trainer\.max_epochs is 0: nothing would be trained/,
    ],
    ["no step", "trainer: {max_steps: 0}", /trainer\.max_steps is 0/],
    ["no end", "trainer: {max_epochs: null}", /nothing ends the run/],
    [
      "a metric",
      "early_stopping:\n  monitor: val_mad\n",
      /0\.yml:2: early_stopping\.monitor "val_mad": no such metric \(there is Step-wise\/val_mad\)/,
    ],
    [
      "a metric of the schedule",
      "lr_scheduler: {init_args: {monitor: Loss_vall}}",
      /lr_scheduler\.init_args\.monitor "Loss_vall": no such metric/,
    ],
    ["Lightning's usual metric", "early_stopping: {monitor: val_loss}", /\(there is Loss\/val\)/],
    ["a metric of learnt weights", "early_stopping: {monitor: Loss/ucw_log_var_age}", /no such metric/],
    [
      "a processor and a GPU",
      "device: cpu\ntrainer: {accelerator: gpu}",
      /device cpu \(.*0\.yml:1\) contradicts trainer\.accelerator gpu \(.*0\.yml:2\)/,
    ],
    ["a GPU and none", "device: cuda\ntrainer: {gpus: 0}", /device cuda .* contradicts trainer\.gpus 0/],
    [
      "two numbers of devices",
      "trainer: {gpus: 3, devices: 2}",
      /trainer\.devices 2 .* contradicts trainer\.gpus 3/,
    ],
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

  test("a file that is not there", async () => {
    await expect(configOf("--config", join(projectRoot, "none.yml"))).rejects.toThrow(
      expect.objectContaining({ message: expect.stringMatching(/none\.yml: no such file/) }),
    );
  });
});
