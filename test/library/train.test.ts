/** `train` as a script calls it. */
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import {
  loadModel,
  type TrainOptions,
  type TrainWatching,
  train,
  writePredictions,
} from "../../src/index.js";
import { BUNDLED_MODEL } from "../../src/model/bundled.js";
import { csvRows } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";
import { outcomeOf, sharedPhantoms, versionOf } from "../helpers/trainCli.js";
import { rejection } from "../helpers/trainer.js";

const cohort = sharedPhantoms();

/** Two epochs of a small network on the phantoms, named `hands` as the helpers have it. */
function optionsIn(root: string, more: TrainOptions = {}): TrainOptions {
  const at = (name: string) => join(cohort.folder, name);
  return {
    name: "hands",
    root_dir: root,
    device: "cpu",
    threads: 1,
    no_test_tta_rot: true,
    ...more,
    trainer: { max_epochs: 2, num_sanity_val_steps: 0, log_every_n_steps: 1, ...more.trainer },
    model: { init_from: fixture("models/learns.pt"), ...more.model },
    data: {
      annotation_path: at("annotations.csv"),
      split_path: at("splits.csv"),
      split_column: "phantom",
      img_dir: at("images"),
      mask_dirs: [at("masks")],
      train_batch_size: 4,
      num_workers: 2,
      ...more.data,
    },
  };
}

test("returns the run's folder, its models and the metrics of the best one", async () => {
  const root = await temporaryFolder();
  const config = join(root, "my.yml");
  await writeFile(config, "trainer:\n  max_epochs: 7\noptimizer: SGD\ndata:\n  zoom_in: 0.1\n");
  const [lines, done, folders]: [string[], number[], string[]] = [[], [], []];
  const say = (line: string) => void lines.push(line);
  const run = await train(
    optionsIn(root, { config, optimizer: { init_args: { lr: 1e-4, momentum: 0.9 } } }),
    {
      logger: { info: say, warn: say, error: say },
      onProgress: (event) => done.push(event.done),
      onFolder: (folder) => folders.push(folder),
    },
  );
  const folder = versionOf(root);
  expect(run).toEqual({
    ended: "max_epochs (2)",
    folder: folder.path,
    bestModel: folder.bestModel,
    lastModel: folder.lastModel,
    metrics: {
      train: expect.objectContaining({ pictures: 28 }),
      val: expect.objectContaining({ pictures: 5 }),
      test: expect.objectContaining({ pictures: 7 }),
    },
    masks: {},
  });
  expect(folders).toEqual([folder.path]);
  expect(Math.max(...done)).toBe(28);
  expect(lines).toContain("training ended: max_epochs (2)");
  // Settings win over the file, which wins over defaults.
  const written = await readFile(folder.config, "utf8");
  expect(written).toContain("max_epochs: 2");
  expect(written).toContain("class_path: torch.optim.SGD");
  expect(written).toContain("momentum: 0.9");
  expect(written).toContain("zoom_in: 0.1");
  // The metrics are those of the file, which is what the model predicts.
  const rows = csvRows(await readFile(join(folder.predictions, "test_pred.csv"), "utf8"));
  const mad = rows.reduce(
    (sum, row) => sum + Math.abs(Number(row["y_hat-rot=0-no_flip"]) - Number(row.y)),
    0,
  );
  expect(run.metrics.test!.mad).toBeCloseTo(mad / 7, 3);
  const model = await loadModel(run.bestModel!);
  expect(model.contract.name).toBe("hands");
  await model.dispose();
});

test("the model knows its training pictures, and predict flags what is nothing like them", async () => {
  const root = await temporaryFolder();
  const run = await train(
    optionsIn(root, {
      trainer: { max_epochs: 1, limit_train_batches: 1 },
      model: { init_from: BUNDLED_MODEL },
      data: { input_size: [1, 96, 96], augmentation: "fast" },
      optimizer: { init_args: { lr: 1e-6 } },
    }),
  );
  const bars = Buffer.from(Array.from({ length: 96 * 96 }, (_, i) => (Math.floor(i / 4) % 2) * 255));
  const strange = join(root, "strange.png");
  await sharp(bars, { raw: { width: 96, height: 96, channels: 1 } })
    .png()
    .toFile(strange);
  const [csv, odd] = [join(root, "own.csv"), join(root, "odd.csv")];
  await using model = await loadModel(run.bestModel!);
  const at = (name: string) => join(cohort.folder, name);
  const own = { annotationCsv: at("annotations.csv"), splitCsv: at("splits.csv"), splitColumn: "phantom" };
  const pictures = { imgDir: at("images"), maskDirs: [at("masks")], onQuality: "report" } as const;
  await writePredictions(model, { ...own, ...pictures, splitName: "train", outputPath: csv });
  await writePredictions(model, {
    files: [strange],
    sex: "F",
    maskModel: "none",
    onQuality: "report",
    outputPath: odd,
  });
  const rows = csvRows(await readFile(csv, "utf8"));
  expect(rows).toHaveLength(28);
  // The limit is the largest distance of so few pictures.
  for (const row of rows) expect(Number(row.feature_distance)).toBeLessThanOrEqual(1.0001);
  const [found] = csvRows(await readFile(odd, "utf8"));
  expect(Number(found!.feature_distance)).toBeGreaterThan(1);
  expect(found!.quality).toContain("far_from_training");
});

test("at the signal it rejects with the reason, and resumes to the same bytes", async () => {
  const [whole, parts] = [await temporaryFolder(), await temporaryFolder()];
  await train(optionsIn(whole));
  const stop = new AbortController();
  const reason = new Error("the user changed her mind");
  let events = 0;
  const onProgress = () => {
    events += 1;
    if (events === 3) stop.abort(reason);
  };
  const rejected = await train(optionsIn(parts), { signal: stop.signal, onProgress }).catch((error) => error);
  expect(rejected).toBe(reason);
  expect(existsSync(versionOf(parts).lastState)).toBe(true);
  const { folder } = await train(optionsIn(parts, { trainer: { resume_from_checkpoint: "last" } }));
  expect(folder).toBe(versionOf(parts).path);
  expect(await outcomeOf(parts)).toEqual(await outcomeOf(whole));
});

test("a signal that is aborted already leaves no folder", async () => {
  const root = await temporaryFolder();
  const error = await train(optionsIn(root), { signal: AbortSignal.abort() }).catch((error) => error);
  expect(error).toMatchObject({ name: "AbortError" });
  expect(await readdir(root)).toEqual([]);
});

test("a trial leaves nothing", async () => {
  const root = await temporaryFolder();
  expect(await train(optionsIn(root, { trainer: { fast_dev_run: true } }))).toEqual({
    ended: "max_epochs (1)",
    folder: null,
    bestModel: null,
    lastModel: null,
    metrics: {},
    masks: {},
  });
  expect(await readdir(root)).toEqual([]);
});

describe("refuses, before anything is written,", () => {
  const refused = async (change: object, watching?: object) => {
    const root = await temporaryFolder();
    const options = optionsIn(root, change as TrainOptions);
    const error = await rejection(train(options, watching as TrainWatching));
    expect(await readdir(root)).toEqual([]);
    return error;
  };

  test.each<[string, object, string]>([
    ["a wrong type", { trainer: { max_epochs: "2" } }, 'options: trainer.max_epochs "2": must be'],
    ["a wrong value", { data: { flip_p: 2 } }, "options: data.flip_p 2: must be"],
    ["an unknown setting", { trainer: { max_epoch: 2 } }, "options: unknown setting trainer.max_epoch"],
    ["an unknown section", { traner: { max_epochs: 2 } }, "options: unknown setting traner"],
    ["a section that is none", { early_stopping: 3 }, "options: early_stopping 3 must be an object"],
    ["an unknown class", { optimizer: "Lion" }, "no such class"],
    ["an argument of another class", { optimizer: { init_args: { momentum: 0.9 } } }, "Adam has no momentum"],
    ["settings that contradict each other", { model: { age_sigma: 0 } }, "there is nothing to learn"],
    ["a config file that is missing", { config: "missing.yml" }, "missing.yml: no such file"],
  ])("%s", async (_, change, message) => {
    expect(await refused(change)).toMatchObject({
      code: "ERR_DEEPLASIA_OPTION",
      message: expect.stringContaining(message),
      remedy: expect.any(String),
    });
  });

  // The command has defaults for these, in the folders of the reference.
  test.each(["annotation_path", "split_path", "img_dir"])("a cohort without %s", async (path) => {
    expect(await refused({ data: { [path]: undefined } })).toMatchObject({
      code: "ERR_DEEPLASIA_OPTION",
      message: `data.${path} is missing`,
    });
  });

  test("arguments that are no signal, no logger or no options", async () => {
    const message = expect.stringContaining("must");
    for (const watching of [{ signal: "stop" }, { logger: console.log }, { onProgress: 1 }])
      expect(await refused({}, watching)).toMatchObject({ code: "ERR_DEEPLASIA_OPTION", message });
    expect(await rejection(train("my.yml" as TrainOptions))).toMatchObject({
      code: "ERR_DEEPLASIA_OPTION",
      message: 'options "my.yml" must be an object of settings',
    });
  });
});

test("without mask folders it uses no masks", async () => {
  const root = await temporaryFolder();
  const options = optionsIn(root, { trainer: { max_steps: 1 }, data: { mask_dirs: undefined } });
  const { folder } = await train(options);
  expect(await readFile(join(folder!, "config.yaml"), "utf8")).toContain("mask_dirs: []");
});
