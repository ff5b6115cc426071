/** Pictures without masks: a hand-mask model makes them, and they act as masks in files do. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test, vi } from "vitest";
import {
  type BoneAgeModel,
  loadHandMaskModel,
  loadModel,
  predictCohort,
  predictImage,
  writePredictions,
} from "../../src/index.js";
import { BUNDLED_MASK_MODEL, BUNDLED_MODEL } from "../../src/model/bundled.js";
import type { HandMaskModel } from "../../src/model/handMaskModel.js";
import { native } from "../../src/native.js";
import { csvRows } from "../helpers/cli.js";
import { modelFile } from "../helpers/model.js";
import { writeCohort } from "../helpers/pictures.js";
import { collect } from "../helpers/temporary.js";

let folder: string;
let ages: BoneAgeModel;
let masks: HandMaskModel;
/** What the mask model finds in the pixels of each plate, without any file. */
const found: { name: string; width: number; height: number; mask: Uint8Array }[] = [];

function grey(data: Uint8Array, width: number, height: number, depth: 8 | 16): Promise<Buffer> {
  const samples = depth === 8 ? data : new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  const picture = sharp(samples, { raw: { width, height, channels: 1 } });
  return picture
    .toColourspace(depth === 8 ? "b-w" : "grey16")
    .png()
    .toBuffer();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "deeplasia-test-"));
  ages = await loadModel(BUNDLED_MODEL);
  masks = await loadHandMaskModel(BUNDLED_MASK_MODEL);
  const rows: { image: string; bytes: Buffer }[] = [];
  for (const [index, depth] of [8, 16, 8].entries()) {
    const drawn = await native().drawPhantom({
      ...{ seed: 8, index, maleShare: 0.5, minAgeMonths: 60, maxAgeMonths: 150 },
      ...{ sizes: [330 + index], depth: depth === 8 ? "8" : "16", hard: false },
    });
    const { width, height, image: data } = drawn;
    const bits = drawn.depth;
    const hand = await masks.find({ data, width, height, channels: 1, depth: bits, luma: "png" });
    rows.push({ image: `${index}.png`, bytes: await grey(data, width, height, bits) });
    found.push({ name: `${index}.png`, width, height, mask: hand!.mask });
  }
  await writeCohort(folder, rows);
  await mkdir(join(folder, "masks/a"), { recursive: true });
  for (const { name, width, height, mask } of found)
    await writeFile(join(folder, "masks/a", name), await grey(mask, width, height, 8));
  return async () => {
    await ages.dispose();
    await masks.dispose();
    await rm(folder, { recursive: true });
  };
});

const cohort = () => ({ annotationCsv: join(folder, "cohort.csv"), imgDir: join(folder, "images") });
const table = (name: string) => readFile(join(folder, name), "utf8");
/** A CSV without its last five columns. */
const withoutFacts = (csv: string) => csv.replaceAll(/(,[^,\n]*){5}$/gm, "");

describe("a made mask", () => {
  test("acts to the last byte as the same mask in a file does, and is saved as that file", async () => {
    const saveMasks = join(folder, "made");
    await writePredictions(ages, { ...cohort(), saveMasks, outputPath: join(folder, "made.csv") });
    await writePredictions(ages, {
      ...cohort(),
      maskDirs: [join(folder, "masks")],
      outputPath: join(folder, "given.csv"),
    });
    const made = await table("made.csv");
    expect(made.split("\n")[0]).toMatch(/,mask_area,mask_box,mask_confidence,feature_distance,quality$/);
    expect(withoutFacts(made)).toBe(await table("given.csv"));
    for (const [i, row] of csvRows(made).entries()) {
      const { name, width, height, mask } = found[i]!;
      const saved = await sharp(join(saveMasks, "a", name))
        .toColourspace("b-w")
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(saved.info).toMatchObject({ width, height, channels: 1 });
      expect(saved.data.equals(mask)).toBe(true);
      const lit = [...mask.keys()].filter((place) => mask[place] === 255);
      const [xs, ys] = [lit.map((place) => place % width), lit.map((place) => Math.floor(place / width))];
      const [left, top] = [Math.min(...xs), Math.min(...ys)];
      const box = [left, top, Math.max(...xs) - left + 1, Math.max(...ys) - top + 1];
      expect(Number(row.mask_area)).toBeCloseTo(lit.length / mask.length, 6);
      expect(row.mask_box).toBe(box.join(" "));
      expect(Number(row.mask_confidence)).toBeGreaterThan(0.5);
    }
  });

  test("is resumed with the same model only", async () => {
    const annotationCsv = join(folder, "long.csv");
    const rows = Array.from({ length: 8 }, (_, i) => `${i % 3}.png,a,${i},F,100`);
    await writeFile(annotationCsv, ["image_ID,dir,patient_ID,sex,bone_age", ...rows, ""].join("\n"));
    const [outputPath, whole] = [join(folder, "resumed.csv"), join(folder, "whole.csv")];
    const stop = new AbortController();
    const part = { ...cohort(), annotationCsv, outputPath, batchSize: 1 };
    const onProgress = () => stop.abort();
    await expect(writePredictions(ages, { ...part, signal: stop.signal, onProgress })).rejects.toMatchObject({
      name: "AbortError",
    });
    const rest = { ...part, resume: true };
    await expect(
      writePredictions(ages, { ...rest, maskDirs: [join(folder, "masks")] }),
    ).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_RESUME",
      message: expect.stringContaining("the hand-mask model (`maskModel`)"),
    });
    expect(await writePredictions(ages, rest)).toMatchObject({ finished: true, predicted: 8 });
    await writePredictions(ages, { ...part, outputPath: whole });
    expect(await readFile(outputPath, "utf8")).toBe(await readFile(whole, "utf8"));
  });

  test("stands beside given ones where a model is asked for; else a missing mask is missing", async () => {
    const some = join(folder, "some");
    await mkdir(join(some, "a"), { recursive: true });
    // Not what the model finds: the left half.
    const { width, height } = found[0]!;
    const half = Uint8Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 255 : 0));
    await writeFile(join(some, "a/0.png"), await grey(half, width, height, 8));
    const given = { ...cohort(), maskDirs: [some] };
    const records = await collect(predictCohort(ages, given));
    expect(records).toMatchObject([
      { mask: null },
      { code: "ERR_DEEPLASIA_MASK_MISSING", dropped: true },
      { code: "ERR_DEEPLASIA_MASK_MISSING", dropped: true },
    ]);
    const [own, ...others] = await collect(predictCohort(ages, { ...given, maskModel: masks }));
    expect(own).toEqual({ ...records[0], distance: expect.any(Number), quality: expect.any(Array) });
    const made = await collect(predictCohort(ages, { ...cohort(), maskModel: BUNDLED_MASK_MODEL }));
    expect(others).toEqual(made.slice(1));
    expect(made[1]).toMatchObject({ mask: { box: { x: expect.any(Number) } } });
  });
});

test("a picture without a hand fails with a code of its own", async () => {
  await using blind = await loadHandMaskModel(BUNDLED_MASK_MODEL, { contract: { maskThreshold: 1 } });
  const failed = { code: "ERR_DEEPLASIA_NO_HAND", file: join(folder, "images/a/0.png") };
  const [first] = await collect(predictCohort(ages, { ...cohort(), maskModel: blind }));
  expect(first).toMatchObject({ ...failed, dropped: false, remedy: expect.stringContaining("mask") });
  await expect(predictImage(ages, failed.file, { sex: "F", maskModel: blind })).rejects.toMatchObject(failed);
});

test("with four views a negative and a mirror image have the same hand", async () => {
  const { data, info } = await sharp(join(folder, "images/a/0.png"))
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const mirrored = (values: Uint8Array) =>
    values.map((_, i) => values[i - (i % width) + width - 1 - (i % width)]!);
  const find = async (pixels: Uint8Array, model: HandMaskModel) =>
    (await model.find({ data: pixels, width, height, channels: 1, depth: 8, luma: "png" }))!.mask;
  const share = (one: Uint8Array, other: Uint8Array) =>
    one.filter((value, i) => value === other[i]).length / one.length;
  const negative = data.map((value) => 255 - value);
  const expected = found[0]!.mask;
  expect(masks.contract.maskViews).toBe("four");
  expect(share(await find(negative, masks), expected)).toBeGreaterThan(0.995);
  expect(share(mirrored(await find(mirrored(data), masks)), expected)).toBeGreaterThan(0.995);
  await using plain = await loadHandMaskModel(BUNDLED_MASK_MODEL, { contract: { maskViews: "one" } });
  expect(share(await find(negative, plain), expected)).toBeLessThan(0.99);
});

test("what the quality checks find is a column, of given masks where asked for, or a failure", async () => {
  const upsideDown = join(folder, "upside-down.png");
  await sharp(join(folder, "images/a/0.png")).rotate(180).toColourspace("b-w").png().toFile(upsideDown);
  const options = { sex: "F", maskModel: masks } as const;
  expect((await predictImage(ages, upsideDown, options)).quality).toContain("upside_down");
  const refused = predictImage(ages, upsideDown, { ...options, onQuality: "fail" });
  await expect(refused).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_QUALITY",
    message: expect.stringContaining("upside_down"),
  });
  const given = { ...cohort(), maskDirs: [join(folder, "masks")] };
  expect((await collect(predictCohort(ages, given)))[0]).toMatchObject({ quality: null });
  const [checked] = await collect(predictCohort(ages, { ...given, onQuality: "report" }));
  expect(checked).toMatchObject({ quality: expect.any(Array) });
  expect(checked).not.toMatchObject({ quality: expect.arrayContaining(["upside_down"]) });
});

test("a picture whose fingers point down is turned where that is asked for, and predicted as if it were upright", async () => {
  const down = join(folder, "down.png");
  const mask = join(folder, "down-mask.png");
  await sharp(join(folder, "images/a/0.png")).rotate(180).toColourspace("b-w").png().toFile(down);
  await sharp(join(folder, "masks/a/0.png")).rotate(180).toColourspace("b-w").png().toFile(mask);
  const upright = { sex: "F", mask: join(folder, "masks/a/0.png"), autoOrient: true } as const;
  const expected = await predictImage(ages, join(folder, "images/a/0.png"), upright);
  expect(expected.oriented).toEqual([]);
  const righted = await predictImage(ages, down, { ...upright, mask });
  expect(righted).toMatchObject({ oriented: ["180"], ageMonths: expected.ageMonths });
  expect(await predictImage(ages, down, { ...upright, mask, autoOrient: false })).toMatchObject({
    oriented: null,
  });
});

describe("one picture", () => {
  const picture = () => join(folder, "images/a/0.png");

  test("has its mask made where the model needs one, which its notes state", async () => {
    const mask = join(folder, "masks/a/0.png");
    const made = await predictImage(ages, picture(), { sex: "F" });
    const given = await predictImage(ages, picture(), { sex: "F", mask });
    expect(made.ageMonths).toBe(given.ageMonths);
    expect([made.mask === null, given.mask]).toEqual([false, null]);
    expect(made.notes.join()).toContain("phantom-hand-mask.pt");
    expect(given.notes).toEqual([]);
  });

  test("has it made by a bundled model that stays loaded for the next call", async () => {
    const first = await predictImage(ages, picture(), { sex: "F" });
    const load = vi.spyOn(native(), "loadModel");
    expect(await predictImage(ages, picture(), { sex: "F" })).toEqual(first);
    expect(load).not.toHaveBeenCalled();
    load.mockRestore();
  });

  test("has none with `none`, which its notes state too", async () => {
    const { mask, notes } = await predictImage(ages, picture(), { sex: "F", maskModel: "none" });
    expect(mask).toBeNull();
    expect(notes.join()).toContain("without masks");
  });

  test("has none where the model needs none, unless a mask model is given", async () => {
    await using plain = await loadModel(modelFile("mean-plus-sex"));
    expect(await predictImage(plain, picture(), { sex: "F" })).toMatchObject({ mask: null, notes: [] });
    const masked = await predictImage(plain, picture(), { sex: "F", maskModel: masks });
    expect(masked.mask).not.toBeNull();
  });

  test("is refused with a mask model that is none, or was disposed of", async () => {
    const attempt = (maskModel: never) => predictImage(ages, picture(), { sex: "F", maskModel });
    await expect(attempt(7 as never)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_OPTION" });
    await expect(attempt(BUNDLED_MODEL as never)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_MODEL_KIND" });
    const gone = await loadHandMaskModel(BUNDLED_MASK_MODEL);
    await gone.dispose();
    await expect(attempt(gone as never)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_DISPOSED" });
  });
});
