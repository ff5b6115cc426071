/** Two processes train as one whose batch is that of both; where one dies, the other says which. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { csvRows, runCli } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { hasCome, outcomeOf, phantomSettings, sharedPhantoms, versionOf } from "../helpers/trainCli.js";
import { LEARNS } from "../helpers/trainer.js";

const cohort = sharedPhantoms();

const argumentsOf = (root: string, batch: number, ...more: string[]) => [
  "train",
  ...phantomSettings(cohort.folder, root, `--data.train_batch_size=${batch}`, ...more),
  // Each process has dropout of its own: it is left out here, and what learns is the two heads.
  ...[`--model.init_from=${LEARNS}`, "--model.sex_sigma=1", "--model.freeze", "body.*", "--no_test_tta_rot"],
];
const TWO = ["--trainer.devices=2"];

/** Float32 sums in another order: relative to a number's size, or to 1. */
function expectClose(actual: string, expected: string) {
  const [a, b] = [actual, expected].map((text) => text.split(/[,\n]/)) as [string[], string[]];
  expect(a.length).toBe(b.length);
  for (const [i, text] of a.entries()) {
    const [x, y] = [Number(text), Number(b[i])];
    if (Number.isNaN(x)) expect(text).toBe(b[i]);
    else expect(Math.abs(x - y)).toBeLessThan(2e-4 * Math.max(1, Math.abs(y)));
  }
}

test("two processes train, validate and predict as one, and one process alone can resume their run", async () => {
  const [whole, alone] = [await temporaryFolder(), await temporaryFolder()];
  const epochs = (count: number) => `--trainer.max_epochs=${count}`;
  expect(await runCli(argumentsOf(alone, 8, epochs(2)))).toMatchObject({ code: 0 });
  expect(await runCli(argumentsOf(whole, 4, epochs(1), ...TWO))).toMatchObject({ code: 0 });
  const first = [await outcomeOf(whole), await outcomeOf(alone)] as const;
  expectClose(first[0].metrics[1]!, first[1].metrics[1]!);
  // Half the batch for each of two is the same batch as the whole for one: no other settings.
  const later = await runCli(argumentsOf(whole, 8, epochs(2), "--trainer.resume_from_checkpoint=last"));
  expect(later).toMatchObject({ code: 0 });
  expect(later.stderr).toContain("epoch 2, batch 0, step 3");
  const [two, one] = [await outcomeOf(whole), await outcomeOf(alone)];
  expect(two.metrics).toHaveLength(3);
  expectClose(two.metrics.join("\n"), one.metrics.join("\n"));
  for (const [i, csv] of two.predictions.entries()) expectClose(csv, one.predictions[i]!);
  // Each row once, in the order of the annotations.
  expect(first[0].predictions.map((csv) => csvRows(csv).length)).toEqual([7, 28, 5]);
});

/** Number of the child process of a process. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}

test("a process that is killed ends the run, is named, and the last state is good", async () => {
  const root = await temporaryFolder();
  const settings = [...TWO, "--checkpoint.every_n_steps=1"];
  const endless = argumentsOf(root, 4, ...settings, "--trainer.max_epochs=1000");
  const isUnderWay = hasCome(versionOf(root).path, 2000);
  const onStart = (_: unknown, pid: number) => {
    const timer = setInterval(() => {
      if (!isUnderWay()) return;
      clearInterval(timer);
      process.kill(childOf(pid), "SIGKILL");
    }, 5);
  };
  const result = await runCli(endless, { onStart });
  expect(result).toMatchObject({ code: 1, signal: null });
  expect(result.stderr).toMatch(/error: rank 1 \(.+\) was lost/);
  expect(result.stderr).toContain("The last good state is kept");
  const last = "--trainer.resume_from_checkpoint=last";
  const later = await runCli(argumentsOf(root, 4, ...settings, "--trainer.max_steps=1", last));
  expect(later).toMatchObject({ code: 0 });
  expect(later.stderr).toContain("resuming from");
});

test("processes that do not fit are an error before any data is read", async () => {
  const env = { RANK: "0", WORLD_SIZE: "3" };
  const result = await runCli(["train", "--data.annotation_path=none.csv", "--trainer.devices=2"], { env });
  expect(result).toMatchObject({ code: 2 });
  expect(result.stderr).toContain("torchrun (RANK, WORLD_SIZE) started 3 processes, but");
});
