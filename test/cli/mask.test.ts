/** `mask`: masks of a folder as files, resumable, with a sheet; and a prediction that makes its own. */
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { BUNDLED_MASK_MODEL } from "../../src/model/bundled.js";
import { csvRows, runCli } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";

async function plates(n: number): Promise<string> {
  const folder = await temporaryFolder();
  const flags = [`--n=${n}`, "--sizes=300", "--depth=8", "--seed=2", `--out=${folder}`];
  expect((await runCli(["phantom", ...flags])).code).toBe(0);
  return folder;
}

test("mask writes what is missing, lists failures, and draws outlines", async () => {
  const folder = await plates(2);
  const [out, sheet] = [join(folder, "found"), join(folder, "sheet.png")];
  await writeFile(join(folder, "images/broken.png"), "no picture");
  const run = (...flags: string[]) => runCli(["mask", join(folder, "images"), "--out", out, ...flags]);
  const first = await run("--sheet", sheet);
  expect(first.code, first.stderr).toBe(3);
  expect(first.stderr).toContain("2 masks written, 1 failed");
  expect(csvRows(await readFile(`${out}.failures.csv`, "utf8"))).toMatchObject([
    { row: "3", file: join(folder, "images/broken.png"), code: "ERR_DEEPLASIA_IMAGE_UNREADABLE" },
  ]);
  expect((await readdir(out)).sort()).toEqual(["000000.png", "000001.png"]);
  // The hand that was drawn is known exactly.
  for (const name of await readdir(out)) {
    const [found, truth] = await Promise.all(
      [out, join(folder, "masks")].map((root) =>
        sharp(join(root, name)).toColourspace("b-w").raw().toBuffer(),
      ),
    );
    const both = found!.filter((value, i) => value > 127 && truth![i]! > 127).length;
    const all = [found!, truth!].map((mask) => mask.filter((value) => value > 127).length);
    expect((2 * both) / (all[0]! + all[1]!)).toBeGreaterThan(0.8);
  }
  // Two tiles; the outline is the only red of it.
  const { data, info } = await sharp(sheet).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 2 * 244, channels: 3 });
  const isRed = (i: number) => data[i]! > 200 && data[i + 1]! < 90;
  const red = [...Array(data.length / 3).keys()].filter((pixel) => isRed(3 * pixel)).length;
  expect(red).toBeGreaterThan(300);

  await rm(join(folder, "images/broken.png"));
  await rm(join(out, "000001.png"));
  const before = await stat(join(out, "000000.png"));
  const second = await run();
  expect(second.code).toBe(0);
  expect(second.stderr).toContain("1 mask written, 1 were there already, 0 failed");
  expect((await stat(join(out, "000000.png"))).mtimeMs).toBe(before.mtimeMs);
  await expect(stat(`${out}.failures.csv`)).rejects.toThrow("ENOENT");
});

test("predict states that it makes masks, or that it does without", async () => {
  const folder = await plates(1);
  const output = join(folder, "ages.csv");
  const run = (...flags: string[]) =>
    runCli(["predict", join(folder, "images"), "--sex=F", "-o", output, ...flags]);
  const { code, stderr } = await run("--save-masks", join(folder, "kept"));
  expect(code, stderr).toBe(0);
  expect(stderr.match(/the bundled phantom-hand-mask\.pt makes them/g)).toHaveLength(1);
  expect(await readdir(join(folder, "kept"))).toEqual(["000000.png"]);
  const { maskModel } = JSON.parse(await readFile(`${output}.provenance.json`, "utf8"));
  expect(maskModel).toMatchObject({ file: BUNDLED_MASK_MODEL, contract: { kind: "hand_mask" } });
  const without = await run("--mask-model=none");
  expect(without.stderr).toMatch(/without masks \(--mask-model none\), but it was trained on masked hands/);
  expect(await readFile(output, "utf8")).not.toContain("mask_area");
});
