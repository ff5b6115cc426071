/** Whether the settings that are said to have no meaning have none, and those that act are not said to have none. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { IGNORED_SETTINGS } from "../../../../src/options/train/ignoredSettings.js";
import { flagOf, TRAIN_FLAGS } from "../../../../src/options/train/registerTrainOptions.js";
import { projectRoot } from "../../../helpers/testData.js";
import { configOf } from "../../../helpers/trainConfig.js";

test.each([...IGNORED_SETTINGS.keys()])("%s changes nothing, with a warning", async (path) => {
  const plain = await configOf();
  const given = await configOf(`--${flagOf(path)}=17`);
  expect(given.config).toEqual(plain.config);
  expect(given.warnings).toEqual([
    expect.stringMatching(`^--${flagOf(path).replaceAll(".", "\\.")} has no effect`),
  ]);
});

test("the docs list as without effect what is accepted and ignored, and nothing that acts", async () => {
  const docs = readFileSync(join(projectRoot, "docs/options.md"), "utf8");
  const [train = ""] = docs.split("## `deeplasia-native train").slice(1);
  const [, list = ""] = /they change nothing here: (.*)\.$/m.exec(train.split("\n## ")[0]!) ?? [];
  const listed = [...list.matchAll(/`--([^`]+)`/g)].map(([, flag]) => flag!);
  expect(listed.sort()).toEqual([...IGNORED_SETTINGS.keys()].map(flagOf).sort());
  expect(listed.filter((flag) => TRAIN_FLAGS.some((acting) => acting.flag === flag))).toEqual([]);
});

test("second names of an argument act as the first ones do", async () => {
  const short = [
    "--optimizer=SGD",
    "--optimizer.lr=0.5",
    "--lr_scheduler=StepLR",
    "--lr_scheduler.step_size=3",
  ];
  const long = [
    ...["--optimizer.class_path=SGD", "--optimizer.init_args.lr=0.5"],
    ...["--lr_scheduler.class_path=StepLR", "--lr_scheduler.init_args.step_size=3"],
  ];
  const [a, b] = [await configOf(...short), await configOf(...long)];
  expect(b).toMatchObject({ config: a.config, warnings: [] });
  expect(a.config.optimizer.init_args.lr).toBe(0.5);
});
