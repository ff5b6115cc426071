import { Command } from "commander";
import { expect, test } from "vitest";
import { readSection } from "../../../src/options/layer.js";
import { addSettingFlags, flagLayer, sectionFlags } from "../../../src/options/settingFlags.js";
import { networkSettings } from "../../../src/options/train/modelSettings.js";

/** What a command takes that makes a fresh network and knows nothing else of training. */
function network(...argv: string[]) {
  const flags = sectionFlags("model", networkSettings, "Network:");
  const command = new Command().exitOverride().configureOutput({ writeErr() {} });
  addSettingFlags(command, flags);
  command.parse(argv, { from: "user" });
  return readSection(networkSettings, "model", flagLayer(flags, command.opts()));
}

test("a command may take some of training's settings", () => {
  expect(network("--model.backbone=efficientnet-b4", "--model.explicit_sex_classifier", "64", "32")).toEqual({
    kind: "age",
    expectation_months: 240,
    expectation_second_head: true,
    mask_filters: 32,
    mask_max_filters: null,
    mask_kernel: 5,
    backbone: "efficientnet-b4",
    dense_layers: [256],
    sex_dcs: 32,
    explicit_sex_classifier: [64, 32],
    correct_predicted_sex: false,
    dropout_p: 0.2,
    padding: "static",
    age_sigma: 1,
    sex_sigma: 0,
    learnable_sigma: false,
  });
  expect(() => network("--model.dropout_p=1")).toThrow(/^--model\.dropout_p "1"/);
  expect(() => network("--model.freeze=a")).toThrow(/unknown option/);
});
