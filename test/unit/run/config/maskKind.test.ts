/** `model.kind=mask`: its defaults, and the settings that it refuses or does not use. */
import { expect, test } from "vitest";
import { changedSettings } from "../../../../src/run/changedSettings.js";
import { configOf, configOfFiles } from "../../../helpers/trainConfig.js";

const MASK = "--model.kind=mask";

test("a mask network is watched by its Dice, and its pictures are scaled to [0, 1]", async () => {
  const { config, warnings } = await configOf(MASK);
  expect(warnings).toEqual([]);
  expect(config.data.norm_method).toBe("interval");
  expect(config.early_stopping).toMatchObject({ monitor: "Step-wise/val_dice", mode: "max" });
  expect(config.lr_scheduler.init_args).toMatchObject({ monitor: "Step-wise/val_dice", mode: "max" });
});

test("the kind's defaults give way to whatever is given, in any file", async () => {
  const text = "model: {kind: mask}\nearly_stopping: {monitor: Loss/val, mode: min}\n";
  const { config } = await configOfFiles([text], "--data.norm_method=zscore", "--lr_scheduler=Constant");
  expect(config.early_stopping).toMatchObject({ monitor: "Loss/val", mode: "min" });
  expect(config.data.norm_method).toBe("zscore");
  expect(config.lr_scheduler.init_args).toEqual({});
  // A later file may name another kind.
  const { config: ages } = await configOfFiles(
    [text, "model: {kind: age}"],
    "--early_stopping.monitor=Step-wise/val_mad",
  );
  expect(ages.data.norm_method).toBe("zscore");
});

test.each([
  [["--data.input_size", "1", "100", "100"], /data\.input_size is 1 100 100; .* multiple of 16/],
  [["--data.input_size", "1", "64", "128"], /needs one channel and a square/],
  [["--data.input_size", "3", "64", "64"], /needs one channel/],
  [["--data.mask_crop_size=1.15"], /data\.mask_crop_size is 1\.15, but a mask network finds the hand/],
  [["--model.drop_connect=0.2"], /model\.drop_connect: a mask network has no residual blocks/],
  [["--model.mask_kernel=4"], /model\.mask_kernel=?.*must be odd/],
  [["--early_stopping.monitor=Step-wise/val_mad"], /no such metric/],
  [["--model.kind=hand"], /model\.kind/],
])("%j is refused", async (flags, message) => {
  await expect(configOf(MASK, ...flags)).rejects.toThrow(message);
});

test("settings of the other kind have no effect, and the log names them", async () => {
  const { warnings } = await configOf(MASK, "--model.backbone=efficientnet-b4", "--no_regression");
  expect(warnings).toEqual([
    "--model.backbone has no effect: a mask network learns no bone ages",
    "--no_regression has no effect: a mask network learns no bone ages",
  ]);
  const age = await configOf("--model.mask_filters=8");
  expect(age.warnings).toEqual(["--model.mask_filters has no effect: only mask networks have it"]);
  const spread = await configOf("--model.expectation_months=120");
  expect(spread.warnings).toEqual([
    "--model.expectation_months has no effect: only networks of the kind expectation have it",
  ]);
  const mask = await configOf(MASK, "--model.expectation_second_head=false");
  expect(mask.warnings).toEqual([expect.stringMatching(/^--model\.expectation_second_head has no effect: /)]);
  const worst = await configOf(MASK, "--early_stopping.mode=min");
  expect(worst.warnings).toEqual([expect.stringMatching(/Step-wise\/val_dice is best when largest/)]);
});

test("a state of an earlier version, which knew one kind, can be resumed", async () => {
  const { config: now } = await configOf();
  const { kind: _, mask_filters: _f, mask_kernel: _k, ...model } = now.model;
  const before = { config: { ...now, model: model as typeof now.model } };
  expect(changedSettings(before, { config: now })).toEqual([]);
  const { config: mask } = await configOf(MASK);
  expect(changedSettings(before, { config: mask })).toContain('model.kind (was "age", now "mask")');
});
