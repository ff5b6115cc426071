/** Runs `train` on a few phantoms as child processes, and reads their results. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { sha256OfFile } from "../../src/files/sha256OfFile.js";
import { writePhantoms } from "../../src/index.js";
import { runFolder } from "../../src/run/runFolder.js";
import { type CliOptions, runCli } from "./cli.js";

/** 28 to train, 5 to validate, 7 to test. */
const PICTURES = 40;

/** Folder of a cohort of small phantoms that all tests of a file share; `hard` ones are whole plates. */
export function sharedPhantoms({ hard = false } = {}): { folder: string } {
  const cohort = { folder: "" };
  beforeAll(async () => {
    cohort.folder = await mkdtemp(join(tmpdir(), "deeplasia-test-"));
    const ages = { minAgeMonths: 4, maxAgeMonths: 222 };
    const recipe = { seed: 1, maleShare: 0.5, ...ages, sizes: [64, 100], depth: "mixed" as const, hard };
    await writePhantoms({ out: cohort.folder, n: PICTURES, numWorkers: 2, ...recipe });
  });
  afterAll(() => rm(cohort.folder, { recursive: true, force: true }));
  return cohort;
}

/** Settings of a run named `hands` below `root`: seven batches an epoch, and the same numbers in each run. */
export function phantomSettings(cohort: string, root: string, ...more: string[]): string[] {
  const at = (name: string) => join(cohort, name);
  return [
    ...["--name=hands", `--root_dir=${root}`, "--device=cpu", "--threads=1", "--no_report"],
    ...[`--data.annotation_path=${at("annotations.csv")}`, `--data.split_path=${at("splits.csv")}`],
    ...["--data.split_column=phantom", `--data.img_dir=${at("images")}`, `--data.mask_dirs=${at("masks")}`],
    ...["--data.train_batch_size=4", "--data.num_workers=2", "--trainer.log_every_n_steps=1"],
    ...more,
  ];
}

export const versionOf = (root: string, number = 0) => runFolder(join(root, "hands", `version_${number}`));

const isEventFile = (name: string) => name.startsWith("events.out.tfevents.");

/** Bytes of a run's TensorBoard file: how far it has come, as each step adds some. */
export function eventBytes(folder: string): number {
  try {
    const names = readdirSync(folder).filter(isEventFile);
    return names.reduce((bytes, name) => bytes + statSync(join(folder, name)).size, 0);
  } catch {
    return 0;
  }
}

/** Whether the run in a folder has saved a state, and its TensorBoard file has so many bytes. */
export const hasCome = (folder: string, bytes: number) => () =>
  existsSync(runFolder(folder).lastState) && eventBytes(folder) >= bytes;

/** Runs the program and sends it the signal once `when` holds. */
export async function runUntil(
  when: () => boolean,
  signal: NodeJS.Signals,
  args: readonly string[],
  options: CliOptions = {},
) {
  let timer: NodeJS.Timeout | undefined;
  const onStart = (kill: (signal: NodeJS.Signals) => void) => {
    timer = setInterval(() => {
      if (!when()) return;
      clearInterval(timer);
      kill(signal);
    }, 1);
  };
  const result = await runCli(args, { ...options, onStart });
  clearInterval(timer);
  return result;
}

/** Reads everything in a run's folder that could differ after an interruption. */
export async function outcomeOf(root: string) {
  const { path, metrics, predictions, bestModel, lastModel } = versionOf(root);
  // Beside them are plots of them.
  const names = (await readdir(predictions)).filter((name) => name.endsWith(".csv")).sort();
  return {
    metrics: withoutSeconds(await readFile(metrics, "utf8")),
    predictions: await Promise.all(names.map((name) => readFile(join(predictions, name), "utf8"))),
    best: await sha256OfFile(bestModel),
    last: await sha256OfFile(lastModel),
    // Their bytes contain times.
    events: ["", "Metrics_Age_MAD_months_train", "Metrics_Age_MAD_months_val"].map((folder) =>
      eventBytes(join(path, folder)),
    ),
  };
}

function withoutSeconds(csv: string): string[] {
  const lines = csv.trimEnd().split("\n");
  const column = lines[0]!.split(",").indexOf("seconds");
  return lines.map((line) =>
    line
      .split(",")
      .filter((_, i) => i !== column)
      .join(),
  );
}
