/** `train --model.kind=expectation`: a network learns months as a distribution, and all that reads models takes it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { csvRows, runCli } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { phantomSettings, sharedPhantoms, versionOf } from "../helpers/trainCli.js";

const cohort = sharedPhantoms();
const KIND = ["--model.kind=expectation", "--data.input_size", "1", "64", "64", "--model.drop_connect=0"];

test("it learns the ages of a few hands; predict reports the distribution's spread", async () => {
  const [root, out] = [await temporaryFolder(), await temporaryFolder()];
  const masks = join(cohort.folder, "masks");
  const still = [
    "--data.augmentation=fast",
    "--data.rotation_range=0",
    "--model.dropout_p=0",
    "--optimizer.lr=0.003",
  ];
  const run = await runCli([
    "train",
    ...phantomSettings(cohort.folder, root, ...KIND, ...still, "--trainer.max_epochs=12"),
  ]);
  expect(run.code, run.stderr).toBe(0);
  expect(run.stderr).toContain("convnextv2-atto of 2 planes, expectation over 240 bins");
  const { bestModel, metrics } = versionOf(root);
  const rows = csvRows(await readFile(metrics, "utf8"));
  const losses = rows.map((row) => Number(row["Loss/train"]));
  expect(losses.at(-1)!).toBeLessThan(0.75 * losses[0]!);

  const predicted = join(out, "ages.csv");
  const paths = ["--annotation_csv", join(cohort.folder, "annotations.csv"), "--mask_dirs", masks];
  const images = ["--img_dir", join(cohort.folder, "images"), "--output_path", predicted];
  const predict = await runCli(["predict", ...paths, ...images, "--ckp_path", bestModel]);
  expect(predict.code, predict.stderr).toBe(0);
  const ages = csvRows(await readFile(predicted, "utf8"));
  expect(ages.length).toBeGreaterThan(0);
  for (const { pred_bone_age, pred_sd, pred_q05, pred_q95 } of ages) {
    expect(Number(pred_bone_age)).toBeGreaterThanOrEqual(0);
    expect(Number(pred_bone_age)).toBeLessThan(240);
    expect(Number(pred_sd)).toBeGreaterThan(0);
    expect(Number(pred_q05)).toBeLessThanOrEqual(Number(pred_q95));
  }
});

test("init writes such a network, which train starts from", async () => {
  const root = await temporaryFolder();
  const fresh = join(root, "fresh.safetensors");
  const init = await runCli([
    "init",
    "--model.kind=expectation",
    "--model.backbone=convnextv2-atto",
    "--out",
    fresh,
  ]);
  expect(init.code, init.stderr).toBe(0);
  const inspected = await runCli(["inspect", fresh]);
  expect(inspected.stdout).toMatch(/convnextv2-atto of 2 planes, expectation over 240 bins/);
  const flags = [
    ...KIND,
    `--model.init_from=${fresh}`,
    "--trainer.max_steps=1",
    "--no_test_tta_rot",
    "--no_test_tta_flip",
  ];
  const run = await runCli(["train", ...phantomSettings(cohort.folder, root, ...flags)]);
  expect(run.code, run.stderr).toBe(0);
});
