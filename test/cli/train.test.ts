/** `train` as a user runs it: what a whole run leaves, and what it does not. */
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { csvRows, runCli } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";
import { phantomSettings, sharedPhantoms, versionOf } from "../helpers/trainCli.js";
import { LEARNS } from "../helpers/trainer.js";

const cohort = sharedPhantoms();

const train = (root: string, ...flags: string[]) =>
  runCli(["train", ...phantomSettings(cohort.folder, root, `--model.init_from=${LEARNS}`, ...flags)]);

/** Files below a folder; of TensorBoard's, whose names hold time and process, the folder alone. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return files
    .map((file) => file.slice(folder.length + 1).replace(/events\.out\.tfevents\..*/, "events"))
    .sort();
}

const RUN = [
  ...["Metrics_Age_MAD_months_train/events", "Metrics_Age_MAD_months_val/events", "ckp/best_model.pt"],
  ...["ckp/last.pt", "ckp/last.state", "ckp/previous.state", "config.yaml", "events", "hparams.yaml"],
  ...["metrics.csv", "predictions/test_pred.csv", "predictions/train_pred.csv"],
  ...["predictions/validation_pred.csv", "provenance.json", "run.log"],
];

test("a run leaves the reference's folder, and a best model whose predictions equal those in its files", async () => {
  const root = await temporaryFolder();
  const first = await train(root, "--trainer.max_epochs=3");
  expect(first.code, first.stderr).toBe(0);
  const { path, metrics, bestModel, predictions, provenance } = versionOf(root);
  expect(await filesIn(root)).toEqual(RUN.map((name) => `hands/version_0/${name}`));
  expect(csvRows(await readFile(metrics, "utf8")).map(({ epoch, step }) => [epoch, step])).toEqual([
    ["0", "7"],
    ["1", "14"],
    ["2", "21"],
  ]);
  const log = await readFile(join(path, "run.log"), "utf8");
  expect(log).toMatch(/\tINFO\ttrain\ttraining ended: max_epochs \(3\)\n/);
  expect(JSON.parse(await readFile(provenance, "utf8"))).toMatchObject([
    { seed: 42, resumedFrom: null, files: { annotations: {}, split: {}, model: { path: LEARNS } } },
  ]);

  const out = join(root, "out.csv");
  const at = (name: string) => join(cohort.folder, name);
  const { code, stderr } = await runCli([
    ...["predict", "--ckp_path", bestModel, "--annotation_csv", at("annotations.csv"), "--output_path", out],
    ...["--img_dir", at("images"), "--mask_dirs", at("masks"), "--device=cpu", "--threads=1"],
  ]);
  expect(code, stderr).toBe(0);
  // After three epochs the correction may be one that the model does not get; the log says so.
  const has = /bias correction that the model did not get/.test(log) ? "y_hat-rot=0-no_flip" : "y_hat_reg";
  const predicted = new Map(csvRows(await readFile(out, "utf8")).map((row) => [row.image_ID, row]));
  for (const [part, count] of [
    ["train", 28],
    ["validation", 5],
    ["test", 7],
  ] as const) {
    const rows = csvRows(await readFile(join(predictions, `${part}_pred.csv`), "utf8"));
    expect(rows).toHaveLength(count);
    for (const row of rows) {
      const { pred_bone_age, bone_age } = predicted.get(row.filename)!;
      expect(Number(pred_bone_age)).toBeCloseTo(Number(row[has]), 3);
      expect(Number(bone_age)).toBe(Number(row.y));
    }
    // The files are corrected, and by something.
    expect(rows.map((row) => row.y_hat_reg)).not.toEqual(rows.map((row) => row["y_hat-rot=0-no_flip"]));
  }
});

test("a second run is the next version; the folder of a split is used again, for the new run's files alone", async () => {
  const root = await temporaryFolder();
  const short = ["--trainer.max_epochs=1", "--no_test_tta_rot", "--no_test_tta_flip"];
  const folders = async () => (await readdir(join(root, "hands"))).sort();
  for (const [flags, expected] of [
    [[], ["version_0"]],
    [[], ["version_0", "version_1"]],
    [["--split_ind=2"], ["split_2", "version_0", "version_1"]],
  ] as const) {
    const { code, stderr } = await train(root, ...short, ...flags);
    expect(code, stderr).toBe(0);
    expect(await folders()).toEqual(expected);
  }
  const split = join(root, "hands/split_2");
  await writeFile(join(split, "failures.csv"), "of the run before");
  const again = await train(root, "--split_ind=2", "--trainer.max_epochs=2", "--no_test_tta_rot");
  expect(again.code, again.stderr).toBe(0);
  expect(await folders()).toEqual(["split_2", "version_0", "version_1"]);
  expect(await filesIn(split)).toEqual(RUN);
  expect(csvRows(await readFile(join(split, "metrics.csv"), "utf8"))).toHaveLength(2);
});

test("--print_config prints the settings that hold, and needs no libtorch for it", async () => {
  const root = await temporaryFolder();
  const file = join(root, "my.yml");
  await writeFile(file, "trainer:\n  max_epochs: 7\nmodel:\n  backbone: efficientnet-b4\n");
  const env = { DEEPLASIA_LIBTORCH: join(root, "nowhere") };
  const flags = [
    `--config=${file}`,
    "--model.backbone=efficientnet-b2",
    `--root_dir=${root}`,
    "--print_config",
  ];
  const { code, stdout, stderr } = await runCli(["train", ...flags], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("max_epochs: 7\n");
  expect(stdout).toContain("backbone: efficientnet-b2\n");
  expect(await readdir(root)).toEqual(["my.yml"]);
  // What it prints is a config file that gives the same.
  await writeFile(file, stdout);
  const again = await runCli(["train", `--config=${file}`, "--print_config"], { env });
  expect(again.stdout).toBe(stdout);
});

test("a trial tries everything on a batch and leaves nothing behind", async () => {
  const [root, temporary] = [await temporaryFolder(), await temporaryFolder()];
  const trial = (...flags: string[]) =>
    runCli(["train", ...phantomSettings(cohort.folder, root, "--trainer.fast_dev_run", ...flags)], {
      env: { TMPDIR: temporary },
    });
  const { code, stderr } = await trial(`--model.init_from=${LEARNS}`);
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("4 of 4 (100 %)");
  const failing = await trial(`--model.init_from=${fixture("models/throws.pt")}`);
  expect(failing.code).toBe(1);
  expect(failing.stderr).toContain("this model refuses every picture");
  expect(failing.stderr).not.toContain("log file");
  expect([await readdir(root), await readdir(temporary)]).toEqual([[], []]);
});

test("uses the reference's folders if none are given, and prints a line about it", async () => {
  const root = await temporaryFolder();
  const work = join(root, "work");
  await mkdir(join(work, "data-management/splits"), { recursive: true });
  await mkdir(join(root, "data/masks/unet"), { recursive: true });
  await copyFile(join(cohort.folder, "annotations.csv"), join(work, "data-management/annotation.csv"));
  await copyFile(join(cohort.folder, "splits.csv"), join(work, "data-management/splits/kaggle_only.csv"));
  await symlink(join(cohort.folder, "images"), join(root, "data/annotated"));
  await symlink(join(cohort.folder, "masks"), join(root, "data/masks/tensormask"));
  const flags = [`--model.init_from=${LEARNS}`, "--data.split_column=phantom", "--data.train_batch_size=4"];
  const options = { cwd: work };
  const run = await runCli(["train", ...flags, "--device=cpu", "--trainer.fast_dev_run"], options);
  expect(run.code, run.stderr).toBe(0);
  expect(run.stderr).toContain(
    "not given, so used as in the reference: data.annotation_path data-management/annotation.csv; " +
      "data.split_path data-management/splits/kaggle_only.csv; data.img_dir ../data/annotated/; " +
      "data.mask_dirs ../data/masks/tensormask, ../data/masks/unet\n",
  );
});
