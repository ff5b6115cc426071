/** What a run does about data, settings and disks that are not as they should be: says it, and loses nothing. */
import { existsSync } from "node:fs";
import { copyFile, readdir, readFile, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { sha256OfFile } from "../../src/files/sha256OfFile.js";
import { csvRows, runCli } from "../helpers/cli.js";
import { canMount, mountTmpfs, resize } from "../helpers/disk.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { outcomeOf, phantomSettings, runUntil, sharedPhantoms, versionOf } from "../helpers/trainCli.js";
import { LEARNS } from "../helpers/trainer.js";

const cohort = sharedPhantoms();
const LAST = "--trainer.resume_from_checkpoint=last";
const QUICK = ["--no_test_tta_rot", "--no_test_tta_flip"];

const argumentsOf = (root: string, ...flags: string[]) => [
  "train",
  ...phantomSettings(cohort.folder, root, `--model.init_from=${LEARNS}`, ...QUICK, ...flags),
];
const train = (root: string, ...flags: string[]) => runCli(argumentsOf(root, ...flags));

/** A copy of a CSV of the cohort with other lines; the flag that names it. */
async function changed(root: string, name: string, setting: string, change: (lines: string[]) => void) {
  const lines = (await readFile(join(cohort.folder, name), "utf8")).split("\n");
  change(lines);
  await writeFile(join(root, name), lines.join("\n"));
  return `--data.${setting}=${join(root, name)}`;
}

describe("a loss that is not finite", () => {
  const infinite = (root: string) =>
    changed(root, "annotations.csv", "annotation_path", (lines) => {
      lines[1] = lines[1]!.replace(/^(.*?,.*?,.*?,.*?),.*?,/, "$1,1e39,");
    });

  test("ends the run: step, rows and the last good state", async () => {
    const root = await temporaryFolder();
    const { code, stderr } = await train(root, await infinite(root), "--checkpoint.every_n_steps=1");
    expect(code).toBe(1);
    const found = /not finite in epoch 1, batch (\d) \(after step (\d)\), rows ([\d, ]+)/.exec(stderr);
    expect(found, stderr).not.toBeNull();
    const [, batch, steps, rows] = found!;
    expect(Number(batch)).toBe(Number(steps) + 1);
    expect(rows!.split(", ")).toHaveLength(4);
    expect(rows!.split(", ")).toContain("1");
    expect(stderr).toContain(`The last good state is kept: ${versionOf(root).lastState}`);
    expect(stderr).toContain("leave such steps out (trainer.skip_nan)");
    expect((await readdir(versionOf(root).path)).includes("lock.json")).toBe(false);

    // That state goes on: the step is left out in this epoch and in the next.
    const flags = [
      await infinite(root),
      "--trainer.max_epochs=2",
      "--trainer.skip_nan",
      "--checkpoint.every_n_steps=1",
    ];
    const resumed = await train(root, ...flags, LAST);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain(`step ${steps}`);
    expect(resumed.stderr.match(/not finite in epoch [12], .*: left out/g)).toHaveLength(2);
    const metrics = csvRows(await readFile(versionOf(root).metrics, "utf8"));
    expect(metrics.map((row) => row.step)).toEqual(["6", "12"]);
  });
});

describe("a picture that is none", () => {
  const withJunk = async (root: string) => {
    await writeFile(join(cohort.folder, "images/junk.png"), "no picture");
    await copyFile(join(cohort.folder, "masks/000001.png"), join(cohort.folder, "masks/junk.png"));
    return changed(root, "annotations.csv", "annotation_path", (lines) => {
      lines[2] = lines[2]!.replace("000001.png", "junk.png");
    });
  };

  test("is left out and listed once; with --strict it ends the run", async () => {
    const root = await temporaryFolder();
    const { code, stderr } = await train(root, await withJunk(root), "--trainer.max_epochs=2");
    expect(code, stderr).toBe(0);
    expect(stderr.match(/left out: row 2: .*junk\.png/g), stderr).toHaveLength(1);
    const { failures, predictions } = versionOf(root);
    expect(csvRows(await readFile(failures, "utf8"))).toMatchObject([
      { row: "2", file: "junk.png", code: "ERR_DEEPLASIA_IMAGE_UNREADABLE" },
    ]);
    expect(csvRows(await readFile(join(predictions, "train_pred.csv"), "utf8"))).toHaveLength(27);

    const strict = await train(root, await withJunk(root), "--strict");
    expect(strict.code).toBe(1);
    expect(strict.stderr).toMatch(/error: row 2: .*junk\.png/);
    expect(strict.stderr).toContain(versionOf(root, 1).lastState);
  });
});

async function usedKilobytes(folder: string): Promise<number> {
  const { blocks, bfree, bsize } = await statfs(folder);
  return ((blocks - bfree) * bsize) / 1024;
}

test.skipIf(!canMount)(
  "a disk that is full leaves the state before, with an error that names it (needs root)",
  async () => {
    const [disk, elsewhere] = [await mountTmpfs("size=4m"), await temporaryFolder()];
    const { lastState, path } = versionOf(disk);
    expect((await train(disk, "--trainer.max_epochs=1")).code).toBe(0);
    const before = await sha256OfFile(lastState);
    for (const [extra, writes] of [
      [0, "lock.json"],
      [24, "last.pt"],
    ] as const) {
      resize(disk, `${(await usedKilobytes(disk)) + extra}k`);
      const { code, stderr } = await train(disk, "--trainer.max_epochs=2", LAST);
      expect(code).toBe(1);
      expect(stderr).toMatch(new RegExp(`error: .*${writes}.*(full|No space left)`));
      if (extra > 0) expect(stderr).toContain(`The last good state is kept: ${lastState}`);
      expect(await sha256OfFile(lastState)).toBe(before);
      expect((await readdir(path, { recursive: true })).filter((name) => /lock|tmp$/.test(name))).toEqual([]);
    }
    resize(disk, "4m");
    const resumed = await train(disk, "--trainer.max_epochs=2", LAST);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect((await train(elsewhere, "--trainer.max_epochs=2")).code).toBe(0);
    expect(await outcomeOf(disk)).toEqual(await outcomeOf(elsewhere));
  },
);

test("a folder that another process writes is left to it", async () => {
  const root = await temporaryFolder();
  const { path, lastState } = versionOf(root);
  let isTried = false;
  const first = runUntil(() => isTried, "SIGTERM", argumentsOf(root));
  await vi.waitUntil(() => existsSync(lastState), { timeout: 120_000 });
  const second = await train(root, LAST);
  isTried = true;
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(new RegExp(`${path} is in use by process \\d+`));
  expect((await first).code).toBe(143);
});

describe("settings that cannot be", () => {
  const refused = async (root: string, flags: string[], code: number, message: string | RegExp) => {
    const result = await train(root, ...flags);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
  };

  test("are refused before anything is made", async () => {
    const root = await temporaryFolder();
    const config = join(root, "my.yml");
    await writeFile(config, "trainer:\n  max_steps: -1\n  max_epochs: many\n");
    await refused(root, [`--config=${config}`], 2, /my\.yml:3: trainer\.max_epochs "?many"?: .*number/);
    const large = "--data.train_batch_size=29";
    await refused(root, [large], 2, /train_batch_size is 29, but there are only 28 pictures to train on/);
    const noVal = await changed(root, "splits.csv", "split_path", (lines) => {
      for (const [i, line] of lines.entries()) lines[i] = line.replace(/val$/, "train");
    });
    await refused(root, [noVal], 2, /no row of the annotations is in the part "val" .*"phantom"/);
    const nowhere = `--trainer.resume_from_checkpoint=${join(root, "no/ckp/last.state")}`;
    await refused(root, [nowhere], 1, "no such checkpoint");
    expect((await readdir(root)).sort()).toEqual(["my.yml", "splits.csv"]);
  });

  test("are those of another run, where one is to be resumed; and a state away from its run", async () => {
    const root = await temporaryFolder();
    const { lastState } = versionOf(root);
    const short = ["--trainer.max_epochs=1"];
    const first = await train(root, ...short, LAST);
    expect(first.stderr).toContain("no run with the name hands to resume");
    expect(first.code).toBe(0);
    const before = await sha256OfFile(lastState);
    await refused(root, [...short, LAST, "--optimizer.lr=1"], 2, /lr \(was 0\.001, now 1\)/);
    const others = [
      "--optimizer=SGD",
      "--data.input_size",
      "1",
      "64",
      "64",
      "--model.backbone=efficientnet-b1",
    ];
    for (const change of [
      /model\.backbone \(was "efficientnet-b0", now "efficientnet-b1"\)/,
      /data\.input_size \(was \[1,\d+,\d+\], now \[1,64,64\]\)/,
      /optimizer\.class_path \(was "torch\.optim\.Adam", now "torch\.optim\.SGD"\)/,
    ])
      await refused(root, [...short, LAST, ...others], 2, change);
    const loose = join(root, "loose.state");
    await copyFile(lastState, loose);
    const from = `--trainer.resume_from_checkpoint=${loose}`;
    await refused(root, [...short, from], 2, /is not in the folder ckp/);
    expect(await sha256OfFile(lastState)).toBe(before);
    expect(await readdir(join(root, "hands"))).toEqual(["version_0"]);
  });
});
