import { describe, expect, test } from "vitest";
import { configOf, configOfFiles, trainCommand } from "../../../helpers/trainConfig.js";

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
