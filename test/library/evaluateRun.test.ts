/** The report that ends a training run, and that of its folder later. */
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluateRun, type TrainOptions, train } from "../../src/index.js";
import { csvRows } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";
import { sharedPhantoms } from "../helpers/trainCli.js";

const cohort = sharedPhantoms();

/** Two epochs of a small network; the CSVs are copies that a test may change. */
async function trained(more: TrainOptions = {}) {
  const root = await temporaryFolder();
  const at = (name: string) => join(cohort.folder, name);
  const [annotations, splits] = ["annotations.csv", "splits.csv"].map((name) => join(root, name));
  await copyFile(at("annotations.csv"), annotations!);
  await copyFile(at("splits.csv"), splits!);
  const data = { annotation_path: annotations!, split_path: splits!, split_column: "phantom" };
  const run = await train(
    {
      ...{ name: "hands", root_dir: root, device: "cpu", threads: 1, no_test_tta_rot: true },
      trainer: { max_epochs: 2, num_sanity_val_steps: 0, enable_progress_bar: false },
      model: { init_from: fixture("models/learns.pt") },
      data: { ...data, img_dir: at("images"), mask_dirs: [at("masks")], train_batch_size: 4, num_workers: 2 },
      ...more,
    },
    { logger: { info() {}, warn() {}, error() {} } },
  );
  return { folder: run.folder!, annotations: annotations! };
}

test("train ends with it: learning curves, the run's cohort, plots; without the cohort it states so", async () => {
  const { folder, annotations } = await trained();
  const page = await readFile(join(folder, "report/report.html"), "utf8");
  expect(page).toContain('<section id="learning">');
  expect((await readdir(join(folder, "predictions/plots"))).sort()).toEqual(
    ["test", "train", "validation"].flatMap((part) =>
      [".png", "_reg.png", "_reg_tta.png"].map((end) => part + end),
    ),
  );
  // Of 40 phantoms 28 train, 5 validate and 7 test.
  const found = await evaluateRun(folder);
  expect(found.partDemographics.map(({ name, pictures }) => [name, pictures])).toEqual([
    ["train", 28],
    ["test", 7],
    ["val", 5],
  ]);
  expect(found.flow).toMatchObject({ rows: 40, evaluated: 7, excluded: { "not in the part test": 33 } });
  expect(found.demographics[0]!.patients).toBe(7);
  const test = csvRows(await readFile(join(folder, "predictions/test_pred.csv"), "utf8"));
  const errors = test.map((row) => Math.abs(Number(row.y_hat_reg_tta) - Number(row.y)));
  expect(found.ages.mad.value).toBeCloseTo(errors.reduce((sum, error) => sum + error, 0) / 7, 6);
  expect(found.notes).toEqual([]);

  await writeFile(annotations, `${await readFile(annotations, "utf8")}\n`);
  const later = await evaluateRun(folder);
  expect(later.notes).toEqual([
    expect.stringMatching(/^the cohort of the run is not read.*was changed after/),
  ]);
  expect(later.flow).toMatchObject({ rows: 7, evaluated: 7 });
  expect(later.ages.mad.value).toBe(found.ages.mad.value);
});

test("no_report leaves it out", async () => {
  const { folder } = await trained({ no_report: true });
  expect(await readdir(folder)).not.toContain("report");
  expect(await readdir(join(folder, "predictions"))).not.toContain("plots");
});
