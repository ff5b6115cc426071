/** What the scripts that train the bundled models share: drawing a cohort of phantoms, and training on it. */
import { spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./steps.mjs";

/** Runs a command of the built program. */
export function cli(...args) {
  const result = spawnSync(process.execPath, [join(root, "dist/bin.cjs"), ...args], { stdio: "inherit" });
  if (result.status !== 0) throw new Error(`deeplasia-native ${args[0]} ended with ${result.status}`);
}

/** Draws phantoms; `options` are flags of the command, with their values or true. */
export function draw(out, options) {
  const flags = Object.entries(options).map(([name, value]) =>
    value === true ? `--${name}` : `--${name}=${value}`,
  );
  cli("phantom", `--out=${out}`, ...flags);
}

/**
 * Trains one stage, from the best model of the stage before if there is one, and returns the file of its best model. After an
 * interruption the same call resumes. `prepare` may change the cohort's splits.csv.
 */
export async function trainStage(folder, stage, start, prepare = async (_splits) => {}) {
  const { name, cohort, splitColumn, configs, flags } = stage;
  const data = join(folder, `cohort-${cohort.seed}`);
  draw(data, cohort);
  const [annotations, splits, images, masks] = ["annotations.csv", "splits.csv", "images", "masks"].map(
    (part) => join(data, part),
  );
  await prepare(splits);
  cli(
    "train",
    ...configs.map((config) => `--config=${join(root, "configs", `${config}.yml`)}`),
    `--root_dir=${folder}`,
    `--name=${name}`,
    `--data.annotation_path=${annotations}`,
    `--data.split_path=${splits}`,
    `--data.split_column=${splitColumn}`,
    `--data.img_dir=${images}`,
    `--data.mask_dirs=${masks}`,
    "--trainer.resume_from_checkpoint=last",
    ...flags,
    ...(start === null ? [] : [`--model.init_from=${start}`]),
  );
  const runs = (await readdir(join(folder, name))).filter((run) => run.startsWith("version_"));
  const newest = runs.sort((a, b) => Number(a.slice(8)) - Number(b.slice(8))).at(-1);
  return join(folder, name, newest, "ckp/best_model.pt");
}
