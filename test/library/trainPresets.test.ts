/** Every preset of `configs/` trains an epoch of the network that it describes. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { createProgress } from "../../src/console/progress.js";
import { runTraining } from "../../src/run/runTraining.js";
import { csvRows } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { phantomSettings, sharedPhantoms, versionOf } from "../helpers/trainCli.js";
import { configOf } from "../helpers/trainConfig.js";

const cohort = sharedPhantoms();

/** Two steps, and a batch of validation, at 32 x 32. */
const TINY = [
  ...["--data.input_size", "1", "32", "32", "--trainer.max_epochs=1", "--trainer.limit_train_batches=2"],
  ...["--trainer.limit_val_batches=1", "--trainer.limit_test_batches=1", "--data.test_batch_size=5"],
  ...["--no_test_tta_rot", "--no_test_tta_flip"],
];

/** Train with config files; what the log says, and the epoch's row of `metrics.csv`. */
async function trained(names: readonly string[], ...flags: string[]) {
  const root = await temporaryFolder();
  const files = names.map((name) => `--config=configs/${name}.yml`);
  const settings = await configOf(...files, ...phantomSettings(cohort.folder, root, ...TINY, ...flags));
  const log: string[] = [];
  const say = (message: string) => void log.push(message);
  const { ended } = await runTraining({
    ...settings,
    logger: { info: say, warn: say, error: say },
    progress: createProgress("none"),
    signal: new AbortController().signal,
  });
  expect(ended).toBe("max_epochs (1)");
  const [metrics] = csvRows(await readFile(versionOf(root).metrics, "utf8"));
  return { log: log.join("\n"), metrics: metrics! };
}

const SEX_INPUT = "efficientnet-b0, dense [256], sex input 32, fresh weights";

test.each([
  [["defaults"], SEX_INPUT],
  [["defaults", "cosine_annealing"], SEX_INPUT],
  [["defaults", "old_aug"], SEX_INPUT],
  [["defaults", "sex_input"], SEX_INPUT],
  [["explicit"], "explicit sex classifier"],
  [["implicit"], "no sex input"],
])("%s", async (names, network) => {
  const { log, metrics } = await trained(names);
  expect(log).toContain(network);
  expect(log).toContain(
    `best model: epoch 1, Step-wise/val_reg_mad ${Number(metrics["Step-wise/val_reg_mad"]).toFixed(4)}`,
  );
  expect(Number(metrics["Loss/train"])).toBeGreaterThan(0);
  expect(Number(metrics["Loss/sex_sigma"])).toBe(names.includes("implicit") ? 1 : 0);
});

test("sex only: the area under the ROC curve picks the best model", async () => {
  const { log, metrics } = await trained(["sex_only"]);
  expect(log).toContain(
    `best model: epoch 1, Step-wise/val_ROC ${Number(metrics["Step-wise/val_ROC"]).toFixed(4)}`,
  );
  expect([metrics["Loss/age_sigma"], metrics["Loss/sex_sigma"]]).toEqual(["0", "1"]);
});

test("learnt weights of the losses start at their settings and change", async () => {
  const { metrics } = await trained(
    ["implicit"],
    "--model.learnable_sigma",
    "--model.age_sigma=2",
    "--optimizer.lr=0.01",
  );
  for (const [name, start] of [
    ["age", 2],
    ["sex", 1],
  ] as const) {
    const learnt = Number(metrics[`Loss/ucw_log_var_${name}`]);
    expect(learnt).not.toBe(start);
    expect(Math.abs(learnt - start)).toBeLessThan(0.1);
    expect(metrics[`Loss/${name}_sigma`]).toBe("");
  }
});
