/** `train --model.kind=mask`: learns, resumes bit for bit, trains in two processes, and refuses what is not as it should be. */
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { loadHandMaskModel } from "../../src/model/loadHandMaskModel.js";
import { csvRows, runCli } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import {
  eventBytes,
  hasCome,
  outcomeOf,
  phantomSettings,
  runUntil,
  sharedPhantoms,
  versionOf,
} from "../helpers/trainCli.js";
import { LEARNS } from "../helpers/trainer.js";

const cohort = sharedPhantoms({ hard: true });
const LAST = "--trainer.resume_from_checkpoint=last";

/** A network of a few filters on plates of 64 pixels; exact resume needs neither more. */
const SMALL = [
  ...["--model.kind=mask", "--model.mask_filters=4", "--model.mask_kernel=3", "--data.input_size"],
  ...["1", "64", "64"],
];
const argumentsOf = (root: string, ...flags: string[]) => [
  "train",
  ...phantomSettings(cohort.folder, root, ...SMALL, ...flags),
];
const train = (root: string, ...flags: string[]) => runCli(argumentsOf(root, ...flags));

const diceOf = async (root: string, part: string) => {
  const rows = csvRows(await readFile(join(versionOf(root).predictions, `${part}_pred.csv`), "utf8"));
  const values = rows.map(({ dice }) => Number(dice));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};

describe("a few plates", () => {
  const FEW = ["--trainer.ema_decay=0.9", "--data.use_cache", "--data.rotation_range=0"];
  const STILL = ["--data.translate_perc=0", "--data.zoom_in=0", "--data.zoom_out=0", "--data.shear_angle=0"];

  test("a network learns their masks, which a fresh one does not know", async () => {
    const [learnt, fresh] = [await temporaryFolder(), await temporaryFolder()];
    const none = await train(fresh, "--trainer.max_steps=1", "--optimizer.lr=0");
    expect(none.code, none.stderr).toBe(0);
    const how = [
      "--model.mask_filters=8",
      "--optimizer.lr=0.01",
      "--data.flip_p=0",
      "--trainer.max_epochs=50",
    ];
    const falling = ["--lr_scheduler=CosineWithWarmup", "--lr_scheduler.warmup_epochs=2"];
    const run = await train(
      learnt,
      ...how,
      ...falling,
      ...FEW,
      ...STILL,
      "--trainer.check_val_every_n_epoch=10",
    );
    expect(run.code, run.stderr).toBe(0);
    expect(await diceOf(fresh, "train")).toBeLessThan(0.5);
    expect(await diceOf(learnt, "train")).toBeGreaterThan(0.8);

    // The model is what `inspect` and the library take for a mask model, with all that it needs.
    const { bestModel, metrics, path } = versionOf(learnt);
    const inspected = await runCli(["inspect", bestModel]);
    expect(inspected.code, inspected.stderr).toBe(0);
    for (const fact of [
      /kind\W+hand_mask/,
      /maskThreshold\W+0\.5\b/,
      /maskSeedThreshold\W+0\.99/,
      /fit\W+pad/,
    ])
      expect(inspected.stdout).toMatch(fact);
    await using model = await loadHandMaskModel(bestModel);
    expect(model.contract).toMatchObject({
      kind: "hand_mask",
      inputSize: [1, 64, 64],
      normalise: "interval",
    });
    const rows = csvRows(await readFile(metrics, "utf8"));
    expect(Object.keys(rows[9]!)).toEqual(
      ["epoch", "step", "learning_rate", "seconds", "Loss/train", "Metrics_Mask/train_Dice"].concat([
        ...[
          "Metrics_Mask/train_LowestDice",
          "Loss/val",
          "Metrics_Mask/val_Dice",
          "Metrics_Mask/val_LowestDice",
        ],
        "Step-wise/val_dice",
      ]),
    );
    expect(Number(rows[9]!["Step-wise/val_dice"])).toBe(Number(rows[9]!["Metrics_Mask/val_Dice"]));
    expect(rows[0]!["Step-wise/val_dice"]).toBe("");
    expect(await readFile(join(path, "hparams.yaml"), "utf8")).toMatch(/^kind: mask\nmask_filters: 8$/m);
    expect(run.stderr).toMatch(/best model: epoch \d+, Step-wise\/val_dice 0\.\d{4}/);
    expect(run.stderr).toMatch(/validation +5 +0\.\d{4} +0\.\d{4}/);

    const half = join(learnt, "half.pt");
    expect(await runCli(["convert", bestModel, half, "--half"])).toMatchObject({ code: 0 });
    expect((await runCli(["inspect", half])).stdout).toMatch(/kind\W+hand_mask/);
  });
});

describe("an interrupted run", () => {
  const HOW = [
    ...["--trainer.max_epochs=3", "--trainer.ema_decay=0.9", "--trainer.accumulate_grad_batches=2"],
    ...["--checkpoint.every_n_steps=1", "--optimizer=AdamW", "--trainer.gradient_clip_val=1"],
  ];

  test.each([
    ["exact", "SIGKILL", null],
    ["fast", "SIGTERM", 143],
  ] as const)(
    "with %s augmentation ends with the same bytes after %s",
    async (augmentation, signal, code) => {
      const flags = [...HOW, `--data.augmentation=${augmentation}`];
      const [whole, root] = [await temporaryFolder(), await temporaryFolder()];
      expect(await train(whole, ...flags)).toMatchObject({ code: 0 });
      const bytes = eventBytes(versionOf(whole).path);
      for (const share of [0.3, 0.7]) {
        const when = hasCome(versionOf(root).path, Math.round(share * bytes));
        const stopped = await runUntil(when, signal, argumentsOf(root, ...flags, LAST));
        expect(stopped.code, stopped.stderr).toBe(code);
      }
      const resumed = await train(root, ...flags, LAST);
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(resumed.stderr).toContain("resuming from");
      expect(await outcomeOf(root)).toEqual(await outcomeOf(whole));
    },
  );
});

test("two processes learn as one whose batch is that of both", async () => {
  const how = [
    "--optimizer=SGD",
    "--optimizer.lr=0.05",
    "--trainer.max_epochs=2",
    "--trainer.sync_batchnorm",
  ];
  const [alone, both] = [await temporaryFolder(), await temporaryFolder()];
  const one = await train(alone, ...how, "--data.train_batch_size=8");
  expect(one.code, one.stderr).toBe(0);
  const two = await train(both, ...how, "--trainer.devices=2");
  expect(two.code, two.stderr).toBe(0);
  const [a, b] = [await outcomeOf(alone), await outcomeOf(both)];
  const cells = (text: string) => text.split(/[,\n]/);
  for (const [i, line] of b.metrics.slice(1).entries())
    for (const [j, cell] of cells(line).entries())
      expect(Math.abs(Number(cell) - Number(cells(a.metrics[i + 1]!)[j]))).toBeLessThan(0.01);
  // Each row once, in the order of the annotations.
  const names = (csv: string) => csvRows(csv).map(({ filename }) => filename);
  expect(b.predictions.map(names)).toEqual(a.predictions.map(names));
  expect(b.predictions.map((csv) => names(csv).length)).toEqual([7, 28, 5]);
});

describe("what a run refuses", () => {
  test("no masks, and a model of another kind", async () => {
    const root = await temporaryFolder();
    const none = await train(root, "--data.mask_dirs", "");
    expect(none.code).toBe(2);
    expect(none.stderr).toContain(
      "data.mask_dirs names no folder, but the masks are what a network of the kind mask learns",
    );
    const age = await train(root, `--model.init_from=${LEARNS}`);
    expect(age.code).not.toBe(0);
    expect(age.stderr).toMatch(/is a bone-age model, but a hand-mask model is needed here/);
  });

  test("a mask of another size and an empty one are left out and listed; with --strict they end the run", async () => {
    const root = await temporaryFolder();
    await cp(join(cohort.folder, "masks"), join(root, "masks"), { recursive: true });
    const black = (width: number, height: number) =>
      sharp({ create: { width, height, channels: 3, background: "black" } })
        .png()
        .toBuffer();
    const train_ = csvRows(await readFile(join(cohort.folder, "splits.csv"), "utf8"))
      .filter(({ phantom }) => phantom === "train")
      .map(({ patient_ID }) => `${patient_ID!.padStart(6, "0")}.png`);
    const [other, empty, missing] = train_ as [string, string, string];
    const { width, height } = await sharp(join(cohort.folder, "images", empty)).metadata();
    await writeFile(join(root, "masks", other), await black(10, 12));
    await writeFile(join(root, "masks", empty), await black(width!, height!));
    await rm(join(root, "masks", missing));
    const flags = [`--data.mask_dirs=${join(root, "masks")}`, "--trainer.max_epochs=1"];
    const run = await train(root, ...flags);
    expect(run.code, run.stderr).toBe(0);
    const failures = csvRows(await readFile(versionOf(root).failures, "utf8"));
    expect(failures.map(({ file, code }) => [file, code])).toEqual([
      [other, "ERR_DEEPLASIA_MASK_SIZE"],
      [empty, "ERR_DEEPLASIA_MASK_EMPTY"],
      [missing, expect.stringMatching(/^ERR_DEEPLASIA_MASK/)],
    ]);
    const strict = await train(root, ...flags, "--strict");
    expect(strict.code).toBe(1);
    expect(strict.stderr).toMatch(/error: row \d+[:,] /);
  });
});

test("`init --model.kind=mask` writes a fresh network, which `train` starts from", async () => {
  const root = await temporaryFolder();
  const file = join(root, "new.pt");
  const made = await runCli([
    "init",
    "--model.kind=mask",
    "--model.mask_filters=4",
    "--model.mask_kernel=3",
    "--out",
    file,
  ]);
  expect(made.code, made.stderr).toBe(0);
  expect(made.stderr).toContain("hand masks: competitive U-Net, 4 filters of 3x3");
  const run = await train(
    root,
    `--model.init_from=${file}`,
    "--trainer.max_steps=2",
    "--trainer.max_epochs=1",
  );
  expect(run.code, run.stderr).toBe(0);
  const weights = await runCli([
    "init",
    "--model.kind=mask",
    "--from",
    file,
    "--out",
    join(root, "other.pt"),
  ]);
  expect(weights.code).toBe(2);
  expect(weights.stderr).toContain("a mask network has no backbone for ImageNet weights");
});
