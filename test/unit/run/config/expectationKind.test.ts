/** `model.kind=expectation`: its defaults, and the settings that it refuses or does not use. */
import { expect, test } from "vitest";
import { configOf } from "../../../helpers/trainConfig.js";

const EXPECTATION = "--model.kind=expectation";

test("it has a ConvNeXt V2, and a normalisation that a plane of the sex can share", async () => {
  const { config, warnings } = await configOf(EXPECTATION);
  expect(warnings).toEqual([]);
  expect(config.data.norm_method).toBe("fixed");
  expect(config.model.backbone).toBe("convnextv2-atto");
  expect(config.early_stopping).toMatchObject({ monitor: "Step-wise/val_reg_mad" });
});

test.each([
  [["--model.backbone=efficientnet-b0"], /model\.backbone is efficientnet-b0, but .* a ConvNeXt V2/],
  [["--data.norm_method=zscore"], /data\.norm_method is zscore, which depends on the picture/],
  [["--model.expectation_months=1"], /model\.expectation_months/],
])("%j is refused", async (flags, message) => {
  await expect(configOf(EXPECTATION, ...flags)).rejects.toThrow(message);
});

test("without the sex any normalisation will do", async () => {
  const { config } = await configOf(EXPECTATION, "--model.sex_dcs=0", "--data.norm_method=zscore");
  expect(config.data.norm_method).toBe("zscore");
});

test("settings of other networks are named", async () => {
  const { warnings } = await configOf(EXPECTATION, "--model.sex_sigma=1", "--model.mask_filters=4");
  expect(warnings).toEqual([
    expect.stringMatching(/^--model\.sex_sigma has no effect: /),
    expect.stringMatching(/^--model\.mask_filters has no effect: /),
  ]);
});
