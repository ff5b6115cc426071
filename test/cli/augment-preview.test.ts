import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { drawAugmentation } from "../../src/augmentation/drawAugmentation.js";
import { decodePicture } from "../../src/image/decodePicture.js";
import type { ImagePlan, RawPicture } from "../../src/native.js";
import { augmentationSettings } from "../../src/options/train/dataSettings.js";
import { Random } from "../../src/random.js";
import { plainPlan, runChain } from "../helpers/chain.js";
import { runCli } from "../helpers/cli.js";
import { difference } from "../helpers/difference.js";
import { halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const HAND = fixture("parity/augment/hand.png");
const SIDE = 48;
const GAP = 4;
/** Height of a line of captions. */
const LINE = 18;

/** A cohort of a hand and a picture in halves, and the arguments that show it. */
async function preview(...more: string[]) {
  const folder = await temporaryFolder();
  await writeCohort(folder, [
    { image: "hand.png", bytes: await readFile(HAND) },
    { image: "halves.png", bytes: await halves(90) },
  ]);
  const out = join(folder, "sheet.png");
  const cohort = ["--annotation_csv", join(folder, "cohort.csv"), "--img_dir", join(folder, "images")];
  const size = ["--data.input_size", "1", `${SIDE}`, `${SIDE}`];
  return { folder, out, args: ["augment-preview", ...cohort, ...size, "--out", out, ...more] };
}

/** The grey values of one tile. */
function tile(sheet: RawPicture, row: number, column: number): Uint8Array {
  const lines = Array.from({ length: SIDE }, (_, y) => {
    const top = LINE + row * (LINE + SIDE + GAP) + LINE;
    const start = (top + y) * sheet.width + column * (SIDE + GAP);
    return sheet.data.subarray(start, start + SIDE);
  });
  return Buffer.concat(lines);
}

/** The hand as the chain makes it, stretched to 8 bits. */
async function stretched(plan: Partial<ImagePlan>): Promise<number[]> {
  const picture = await decodePicture(HAND, { role: "image" });
  const whole: ImagePlan = { ...plainPlan(SIDE, SIDE), fit: "centre-square", ...plan };
  return [...(await runChain(picture, null, whole, "interval")).values].map((value) => 255 * value);
}

describe("augment-preview", () => {
  test("shows each picture as it is, then as the network would see it epoch after epoch", async () => {
    const { folder, out, args } = await preview("--columns", "3", "--seed", "7", "--epoch", "5");
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toBe(`written: ${out} (2 pictures, 3 epochs each)\n`);
    expect((await readdir(folder)).sort()).toEqual(["cohort.csv", "images", "sheet.png"]);

    const sheet = await decodePicture(out, { role: "image" });
    const { width, height, channels, depth } = sheet;
    expect({ width, height, channels, depth }).toEqual({
      ...{ width: 4 * SIDE + 3 * GAP, height: LINE + 2 * (LINE + SIDE) + GAP, channels: 1, depth: 8 },
    });
    // Something is written above each row.
    for (const top of [LINE, LINE + LINE + SIDE + GAP])
      expect(Math.min(...sheet.data.subarray(top * width, (top + LINE) * width))).toBeLessThan(100);
    expect(difference(tile(sheet, 0, 0), await stretched({})).maximum).toBeLessThanOrEqual(0.51);
    for (const column of [1, 2, 3]) {
      const random = new Random("augmentation", 7, 4 + column, 1);
      const { flip, rotationAngle, augmentation } = drawAugmentation(augmentationSettings.parse({}), random);
      const expected = await stretched({ flip, rotationAngle, augmentation });
      expect(difference(tile(sheet, 0, column), expected).maximum).toBeLessThanOrEqual(0.51);
    }
  });

  test("is the same sheet for the same seed, and another one for another", async () => {
    const { out, args } = await preview("--columns", "2");
    const sheets = [];
    for (const more of [
      [],
      [],
      ["--seed", "43"],
      ["--data.augmentation=fast"],
      ["--config", "configs/old_aug.yml"],
    ]) {
      expect((await runCli([...args, ...more])).code).toBe(0);
      sheets.push((await readFile(out)).toString("base64"));
    }
    expect(sheets[1]).toBe(sheets[0]);
    expect(new Set(sheets).size).toBe(4);
  });

  test("takes files, and masks as predict does", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "masks"));
    await mkdir(join(folder, "images"));
    for (const name of ["images/a.png", "masks/a.png"])
      await writeFile(join(folder, name), await halves(200));
    const out = join(folder, "sheet.png");
    const masks = ["--mask_dirs", join(folder, "masks"), "--data.mask_crop_size", "1"];
    const shape = [
      "--data.input_size",
      "1",
      "32",
      "32",
      "--columns",
      "1",
      "--data.rotation_range",
      "0",
      "-o",
      out,
    ];
    const { code, stderr } = await runCli(["augment-preview", join(folder, "images"), ...masks, ...shape]);
    // Cut to its white half, masked: after the 1st percentile is subtracted nothing is left.
    expect(code).toBe(1);
    expect(stderr).toMatch(/left out: row 1, .*a\.png: .*one grey value/);
    expect((await readdir(folder)).sort()).toEqual(["images", "masks"]);

    const whole = await runCli(["augment-preview", join(folder, "images"), ...shape]);
    expect(whole.code).toBe(0);
  });

  test("leaves out unreadable pictures, names them, and has its own exit code", async () => {
    const { folder, out, args } = await preview();
    await writeFile(join(folder, "images/a/halves.png"), "no picture");
    const { code, stderr } = await runCli(args);
    expect(code).toBe(3);
    expect(stderr).toMatch(/left out: row 2: the picture .*halves\.png cannot be read/);
    expect((await decodePicture(out, { role: "image" })).height).toBe(LINE + LINE + SIDE);
  });

  test.each([
    ["an option out of range", ["--data.zoom_out", "1"], /--data\.zoom_out "1"/, 2],
    [
      "an unknown option",
      ["--data.zoom_outt", "0.1"],
      /unknown option --data\.zoom_outt .*"--data\.zoom_out"/,
      2,
    ],
    ["a sheet without end", ["--n", "1000", "--columns", "1000"], /limit is/, 2],
    ["an unknown word", ["--data.augmentation=quick"], /--data\.augmentation "quick"/, 2],
    ["a config that is not there", ["--config", "/nowhere.yml"], /nowhere\.yml/, 2],
    ["files and a CSV", [HAND], /both as names of pictures and by/, 2],
    [
      "a file in place of a folder",
      ["--out", "/dev/null/all.png"],
      /\/dev\/null is there and is no folder/,
      1,
    ],
  ])("refuses %s", async (_, more, message, status) => {
    const { folder, args } = await preview(...more);
    expect(await runCli(args)).toMatchObject({ code: status, stderr: expect.stringMatching(message) });
    expect((await readdir(folder)).sort()).toEqual(["cohort.csv", "images"]);
  });
});
