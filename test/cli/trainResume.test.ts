/** A run that is killed, or told to stop, again and again, ends with the same bytes as one that never was. */
import { existsSync } from "node:fs";
import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CliOptions, runCli } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { describeWithTestData, testData } from "../helpers/testData.js";
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

const cohort = sharedPhantoms();
const LAST = "--trainer.resume_from_checkpoint=last";

const SETTINGS = {
  "a small network, a state at each step": [
    ...[`--model.init_from=${LEARNS}`, "--model.sex_sigma=1", "--checkpoint.every_n_steps=1"],
  ],
  "an average, gathered gradients, and a rate that falls and cools down": [
    ...[`--model.init_from=${LEARNS}`, "--trainer.ema_decay=0.9", "--trainer.accumulate_grad_batches=3"],
    ...["--lr_scheduler.patience=0", "--lr_scheduler.threshold=1000", "--lr_scheduler.threshold_mode=abs"],
    ...["--lr_scheduler.factor=0.5", "--lr_scheduler.min_lr=0", "--lr_scheduler.cooldown=1"],
    ...["--trainer.max_epochs=4", "--checkpoint.every_n_steps=2"],
  ],
  "states between two epochs only": [
    `--model.init_from=${LEARNS}`,
    "--optimizer=SGD",
    "--optimizer.momentum=0.9",
  ],
  "EfficientNet with dropout and paths that are left out": [
    ...[
      "--data.input_size",
      "1",
      "32",
      "32",
      "--trainer.limit_train_batches=3",
      "--checkpoint.every_n_steps=1",
    ],
    ...["--optimizer=AdamW", "--trainer.gradient_clip_val=1", "--no_test_tta_rot"],
  ],
};
type Name = keyof typeof SETTINGS;

const argumentsOf = (name: Name, root: string, ...more: string[]) => [
  "train",
  ...phantomSettings(cohort.folder, root, "--trainer.max_epochs=3", ...SETTINGS[name], ...more),
];

const references = new Map<Name, Promise<{ outcome: object; bytes: number }>>();

/** A run that nothing disturbed; made once. */
function undisturbed(name: Name) {
  const known = references.get(name);
  const made =
    known ??
    (async () => {
      const root = await temporaryFolder();
      expect(await runCli(argumentsOf(name, root))).toMatchObject({ code: 0 });
      return { outcome: await outcomeOf(root), bytes: eventBytes(versionOf(root).path) };
    })();
  references.set(name, made);
  return made;
}

/** A place, in bytes of the TensorBoard file, between where the run is and its end, such that `left` in a row find one. */
function placeAhead(root: string, bytes: number, left: number): number {
  const done = eventBytes(versionOf(root).path);
  return Math.round(done + 1 + (Math.random() * (0.95 * bytes - done)) / left);
}

test.each([
  ["a small network, a state at each step", 5],
  ["an average, gathered gradients, and a rate that falls and cools down", 5],
  ["states between two epochs only", 2],
  ["EfficientNet with dropout and paths that are left out", 2],
] as const)("%s: killed %i times, the same bytes in the end", async (name, kills) => {
  const { outcome, bytes } = await undisturbed(name);
  const root = await temporaryFolder();
  const places: number[] = [];
  for (let left = kills; left > 0; left--) {
    const place = placeAhead(root, bytes, left);
    places.push(place);
    const when = hasCome(versionOf(root).path, place);
    const killed = await runUntil(when, "SIGKILL", argumentsOf(name, root, LAST));
    expect(killed.signal, `at byte ${places} of ${bytes}: ${killed.stderr}`).toBe("SIGKILL");
  }
  const { code, stderr } = await runCli(argumentsOf(name, root, LAST));
  expect(code, stderr).toBe(0);
  expect(await outcomeOf(root), `killed at bytes ${places} of ${bytes}`).toEqual(outcome);
  const processes = JSON.parse(await readFile(versionOf(root).provenance, "utf8"));
  // One that was killed before it was ready to learn has left no word.
  expect(processes.length).toBeGreaterThan(1);
  expect(processes.at(-1).resumedFrom).toBe(versionOf(root).lastState);
});

describe("a signal", () => {
  const name = "an average, gathered gradients, and a rate that falls and cools down";
  const job = (restarts: number) => ({ env: { SLURM_JOB_ID: "77", SLURM_RESTART_COUNT: String(restarts) } });

  test("ends the current step; `last`, or SLURM alone, resumes to the same bytes", async () => {
    const { outcome, bytes } = await undisturbed(name);
    const root = await temporaryFolder();
    const { path, lastState } = versionOf(root);
    const stops: [NodeJS.Signals, number, string[], CliOptions][] = [
      ["SIGTERM", 143, [], job(0)],
      ["SIGUSR1", 138, [], job(1)],
      ["SIGINT", 130, [LAST], {}],
    ];
    for (const [i, [signal, code, flags, options]] of stops.entries()) {
      const when = hasCome(path, placeAhead(root, bytes, stops.length - i));
      const stopped = await runUntil(when, signal, argumentsOf(name, root, ...flags), options);
      expect(stopped, stopped.stderr).toMatchObject({ code, signal: null });
      expect(stopped.stderr).toContain(`${signal}: finishing the current batch`);
      expect(stopped.stderr).toContain(lastState);
      expect(existsSync(join(path, "lock.json"))).toBe(false);
    }
    const { code, stderr } = await runCli(argumentsOf(name, root), job(2));
    expect(code, stderr).toBe(0);
    expect(await outcomeOf(root)).toEqual(outcome);

    // Another job, of the same name, is another run.
    const env = { SLURM_JOB_ID: "78", SLURM_RESTART_COUNT: "1" };
    const other = await runCli(argumentsOf(name, root, "--trainer.max_epochs=1"), { env });
    expect(other.stderr).toContain(`${versionOf(root, 1).path}: `);
  });
});

test("resumes from the state before a last one that is damaged or was never put in place", async () => {
  const name = "a small network, a state at each step";
  const { outcome, bytes } = await undisturbed(name);
  const root = await temporaryFolder();
  const { path: folder, lastState, previousState } = versionOf(root);
  const damages = [
    () => truncate(lastState, 5000),
    async () => {
      const state = await readFile(lastState);
      const middle = state.length / 2;
      state.writeUInt8(state.readUInt8(middle) ^ 1, middle);
      await writeFile(lastState, state);
    },
    () => rm(lastState),
  ];
  for (const [i, damage] of damages.entries()) {
    const when = hasCome(folder, (0.2 + 0.2 * i) * bytes);
    const { signal, stderr } = await runUntil(when, "SIGKILL", argumentsOf(name, root, LAST));
    expect(signal, stderr).toBe("SIGKILL");
    await damage();
  }
  await writeFile(join(folder, "ckp/new.state"), "half a state");
  const { code, stderr } = await runCli(argumentsOf(name, root, LAST));
  expect(code, stderr).toBe(0);
  expect(stderr).toContain(`resuming from ${previousState}`);
  expect(await outcomeOf(root)).toEqual(outcome);
});

test("a job that began with a model resumes its run, not from the model again", async () => {
  const root = await temporaryFolder();
  const from = `--trainer.resume_from_checkpoint=${LEARNS}`;
  const run = (restarts: number, epochs: number) =>
    runCli(["train", ...phantomSettings(cohort.folder, root, from, `--trainer.max_epochs=${epochs}`)], {
      env: { SLURM_JOB_ID: "79", SLURM_RESTART_COUNT: String(restarts) },
    });
  const first = await run(0, 1);
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toMatch(/starting from .*optimiser and schedule start anew/);
  const second = await run(1, 2);
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toContain(`resuming from ${versionOf(root).lastState}: epoch 2,`);
  // Without the model the scale of the ages is another one, and it is said what to give.
  const without = await runCli([
    "train",
    ...phantomSettings(cohort.folder, root, LAST, "--trainer.max_epochs=3"),
  ]);
  expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining("model.init_from") });
});

const LIGHTNING = "parity/checkpoints/lightning_b0.ckpt";
describeWithTestData("a checkpoint of the reference", [LIGHTNING], () => {
  test("is a start with its weights; this one has no optimiser's state to resume with", async () => {
    const root = await temporaryFolder();
    const from = `--trainer.resume_from_checkpoint=${testData(LIGHTNING)}`;
    const size = ["--data.input_size", "1", "64", "64", "--trainer.limit_train_batches=2"];
    const flags = ["--trainer.max_epochs=1", "--no_test_tta_rot", "--no_test_tta_flip", ...size];
    const settings = phantomSettings(cohort.folder, root, from, ...flags);
    const { code, stderr } = await runCli(["train", ...settings]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/weights of .*; the optimiser starts anew: .* optimiser states is empty/);
  });
});
