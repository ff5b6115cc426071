/** A cohort in a pack gives what its folders give, byte for byte, and what it cannot give is refused by name. */
import {
  appendFile,
  copyFile,
  mkdtemp,
  open,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256OfFile } from "../../src/files/sha256OfFile.js";
import {
  loadModel,
  packCohort,
  type TrainOptions,
  train,
  verifyPack,
  writePredictions,
} from "../../src/index.js";
import type { BoneAgeModel } from "../../src/model/boneAgeModel.js";
import type { PackCohortOptions } from "../../src/pack/packCohortOptions.js";
import { crc32, crc32ByTable } from "../../src/packFile/crc32.js";
import { writeCohort } from "../helpers/pictures.js";
import { fixture } from "../helpers/testData.js";

const ROWS = 7;
/** A contract of masked hands that are cut out, in an input that is not a multiple of the pictures. */
const CONTRACT = { maskNeeded: true, maskCropSize: 1.15, inputSize: [1, 48, 48] as [1, number, number] };

let model: BoneAgeModel;
let folder: string;
let rows: { annotationCsv: string; imgDir: string; maskDirs: string[] };

/** A picture in which every pixel is its own, of 8 or 16 bits. */
function waves(width: number, height: number, phase: number, depth: 8 | 16): Promise<Buffer> {
  const samples = depth === 8 ? new Uint8Array(width * height) : new Uint16Array(width * height);
  for (let i = 0; i < samples.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    samples[i] = (0.5 + 0.4 * Math.sin(x / (5 + phase)) * Math.cos(y / 7)) * (depth === 8 ? 255 : 65535);
  }
  const picture = sharp(samples, { raw: { width, height, channels: 1 } });
  return picture
    .toColourspace(depth === 8 ? "b-w" : "grey16")
    .png()
    .toBuffer();
}

function box(width: number, height: number, left: number): Promise<Buffer> {
  const mask = Buffer.alloc(width * height);
  for (let y = 20; y < height - 9; y++) mask.fill(255, y * width + left, y * width + width - 12);
  return sharp(mask, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
}

beforeAll(async () => {
  model = await loadModel(fixture("models/mean-plus-sex.pt"), { contract: CONTRACT });
  folder = await mkdtemp(join(tmpdir(), "deeplasia-pack-"));
  const pictures = await Promise.all(
    Array.from({ length: ROWS }, (_, i) => waves(90 + 7 * i, 120 - 5 * i, i, i === 3 ? 16 : 8)),
  );
  const images = pictures.map((bytes, i) => ({
    ...{ image: `${i}.png`, sex: i % 2 === 0 ? "F" : "M", age: String(90 + 9 * i) },
    // One row has no picture, one a damaged picture.
    ...(i === 2 ? {} : { bytes: i === 4 ? bytes.subarray(0, 300) : bytes }),
  }));
  await writeCohort(folder, images);
  const masks = Array.from({ length: ROWS }, (_, i) => box(90 + 7 * i, 120 - 5 * i, 9 + i));
  await writeCohort(
    join(folder, "masks"),
    // One row has no mask.
    await Promise.all(
      images.map(async ({ image }, i) => (i === 5 ? { image } : { image, bytes: await masks[i]! })),
    ),
  );
  rows = {
    annotationCsv: join(folder, "cohort.csv"),
    imgDir: join(folder, "images"),
    maskDirs: [join(folder, "masks/images")],
  };
});
afterAll(async () => {
  await model.dispose();
  await rm(folder, { recursive: true });
});

const packed = async (out: string, more: Partial<PackCohortOptions> = {}) => {
  const path = join(folder, out);
  await packCohort(model, { ...rows, out: path, ...more });
  return path;
};

/** The bytes of predictions and of their failures. */
async function predicted(name: string, options: object, by = model): Promise<string> {
  const outputPath = join(folder, name);
  await writePredictions(by, { ...options, outputPath, overwrite: true, shard: "none" });
  const failures = await readFile(`${outputPath}.failures.csv`, "utf8").catch(() => "");
  return `${await readFile(outputPath, "utf8")}${failures}`;
}

test("predictions and failures have the same bytes as those from folders, turned and mirrored too", async () => {
  const annotationCsv = await packed("crop.pack");
  const ways = [{}, { ttaRot: true }, { flip: true, rotationAngle: 7 }];
  for (const [i, how] of ways.entries()) {
    const folders = await predicted(`folders${i}.csv`, { ...rows, ...how });
    expect(await predicted(`pack${i}.csv`, { annotationCsv, ...how })).toBe(folders);
  }
  const text = await predicted("pack0.csv", { annotationCsv });
  expect(text.match(/ERR_DEEPLASIA_\w+/g)?.sort()).toEqual([
    ...["ERR_DEEPLASIA_IMAGE_MISSING", "ERR_DEEPLASIA_IMAGE_UNREADABLE", "ERR_DEEPLASIA_MASK_MISSING"],
  ]);
});

test("a pack of inputs gives the same, and rows of fractions fail with the reason", async () => {
  const annotationCsv = await packed("input.pack", { keep: "input" });
  const lines = (text: string) => text.split("\n").filter((line) => !line.includes("3.png"));
  const folders = lines(await predicted("folders.csv", rows));
  const found = await predicted("inputs.csv", { annotationCsv });
  expect(lines(found)).toEqual(folders);
  expect(found).toMatch(/3\.png,.*fractions of grey levels/);
});

test("what a pack cannot give is refused before the first row, by name", async () => {
  const crop = join(folder, "crop.pack");
  const input = join(folder, "input.pack");
  const refusal = (what: RegExp) =>
    expect.objectContaining({ code: "ERR_DEEPLASIA_PACK", message: expect.stringMatching(what) });
  const run = (annotationCsv: string, more = {}, by = model) =>
    predicted("x.csv", { annotationCsv, ...more }, by);
  await expect(run(input, { rotationAngle: 5 })).rejects.toEqual(refusal(/rotationAngle 5 \(packed: 0\)/));
  await expect(run(input, { ttaFlip: true })).rejects.toEqual(refusal(/flip true/));
  await expect(run(crop, { autoOrient: true })).rejects.toEqual(refusal(/autoOrient/));
  await expect(run(crop, { onQuality: "report" })).rejects.toEqual(refusal(/onQuality/));
  const other = await loadModel(fixture("models/mean-plus-sex.pt"), {
    contract: { ...CONTRACT, maskCropSize: 2 },
  });
  await expect(run(crop, {}, other)).rejects.toEqual(refusal(/maskCropSize 2 \(packed: 1.15\)/));
  await other.dispose();
  await expect(run(crop, { maskDirs: rows.maskDirs })).rejects.toMatchObject({ code: "ERR_DEEPLASIA_USAGE" });
});

test("a pack without masks has whole pictures, which serve every contract", async () => {
  const plain = await loadModel(fixture("models/mean-plus-sex.pt"), { contract: { maskNeeded: false } });
  const { annotationCsv, imgDir } = rows;
  const out = join(folder, "whole.pack");
  await packCohort(plain, { annotationCsv, imgDir, out });
  const ways = { autoOrient: true, onQuality: "report" } as const;
  const folders = await predicted("whole.csv", { annotationCsv, imgDir, ...ways }, plain);
  expect(await predicted("wholePack.csv", { annotationCsv: out, ...ways }, plain)).toBe(folders);
  await plain.dispose();
});

test("an interrupted pack resumes to the same bytes; one of other options does not", async () => {
  const out = join(folder, "resumed.pack");
  const stop = new AbortController();
  const first = packCohort(model, {
    ...{ ...rows, out, numWorkers: 1, signal: stop.signal },
    onProgress: ({ done }) => done === 3 && stop.abort(new Error("stopped")),
  });
  await expect(first).rejects.toThrow("stopped");
  // A kill leaves a picture without an entry, and half an entry.
  await appendFile(`${out}.partial`, "half a picture");
  await appendFile(`${out}.partial.index`, "half");
  await expect(packCohort(model, { ...rows, out, keep: "input" })).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_RESUME",
  });
  expect(await packCohort(model, { ...rows, out })).toMatchObject({ rows: ROWS, kept: 3, complete: true });
  expect(await readFile(out)).toEqual(await readFile(join(folder, "crop.pack")));
});

test("shares are joined by the last of them, to the same bytes", async () => {
  const out = join(folder, "shared.pack");
  expect(await packCohort(model, { ...rows, out, shard: "2/2" })).toMatchObject({ complete: false });
  expect(await packCohort(model, { ...rows, out, shard: "1/2" })).toMatchObject({ complete: true });
  expect(await readFile(out)).toEqual(await readFile(join(folder, "crop.pack")));
  await expect(stat(`${out}.parts`)).rejects.toMatchObject({ code: "ENOENT" });
});

describe("damage", () => {
  const changed = async (name: string, at: (size: number) => number) => {
    const path = join(folder, name);
    await copyFile(join(folder, "crop.pack"), path);
    const { size } = await stat(path);
    const handle = await open(path, "r+");
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at(size));
    await handle.write(Buffer.of(buffer[0]! ^ 0x10), 0, 1, at(size));
    await handle.close();
    return path;
  };
  const named = (what: RegExp) => ({ code: "ERR_DEEPLASIA_PACK", message: expect.stringMatching(what) });

  test("a whole pack is verified, and its digest is that of the same cohort packed again", async () => {
    const { digest, ...rest } = await verifyPack(join(folder, "crop.pack"));
    expect(rest).toEqual({ rows: ROWS, pictures: ROWS - 3, keep: "crop" });
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test("a byte of the header, of the index or of a picture is found", async () => {
    await expect(verifyPack(await changed("a.pack", () => 50))).rejects.toMatchObject(named(/header/));
    await expect(verifyPack(await changed("b.pack", (size) => size - 30))).rejects.toMatchObject(
      named(/digest/),
    );
    const picture = await changed("c.pack", (size) => size - 40 * ROWS - 2000);
    await expect(verifyPack(picture)).rejects.toMatchObject(named(/row 7 does not fit its checksum/));
    // The other rows are predicted.
    const text = await predicted("damaged.csv", { annotationCsv: picture });
    expect(text.match(/\bERR_DEEPLASIA_PACK\b/g)).toHaveLength(1);
  });

  test("truncated, unfinished and foreign files are named", async () => {
    const path = join(folder, "short.pack");
    await copyFile(join(folder, "crop.pack"), path);
    await truncate(path, (await stat(path)).size - 1);
    await expect(verifyPack(path)).rejects.toMatchObject(
      named(/truncated: it has \d+ bytes in place of \d+/),
    );
    await expect(predicted("x.csv", { annotationCsv: path })).rejects.toMatchObject(named(/truncated/));
    await expect(verifyPack(rows.annotationCsv)).rejects.toMatchObject(named(/is not a pack/));
    await writeFile(path, (await readFile(join(folder, "crop.pack"))).subarray(0, 100));
    await expect(verifyPack(path)).rejects.toMatchObject(named(/ends too early/));
    await rm(path);
  });
});

test("training from a pack makes the same model as from folders, and from inputs is refused", async () => {
  const splits = join(folder, "splits.csv");
  const parts = Array.from({ length: ROWS }, (_, i) => `${i},a,${i < 5 ? "train" : "val"}`);
  await writeFile(splits, `patient_ID,dir,part\n${parts.join("\n")}\n`);
  const run = (name: string, data: object) =>
    train({
      name: "hands",
      root_dir: join(folder, name),
      device: "cpu",
      threads: 1,
      no_test_tta_rot: true,
      seed_everything: 1,
      data: {
        ...{ split_path: splits, split_column: "part", train_batch_size: 2 },
        ...{ mask_crop_size: 1.15, ...data },
      },
      model: { init_from: fixture("models/learns.pt") },
      trainer: { max_epochs: 1, num_sanity_val_steps: 0, log_every_n_steps: 1 },
    } as TrainOptions);
  const { annotationCsv: annotation_path, imgDir: img_dir, maskDirs: mask_dirs } = rows;
  // Training reads 16-bit pictures as 8 bits.
  const shallow = await loadModel(fixture("models/mean-plus-sex.pt"), {
    contract: { ...CONTRACT, depth: "8" },
  });
  const pack = join(folder, "train.pack");
  await packCohort(shallow, { ...rows, out: pack });
  await shallow.dispose();
  const ofFolders = await run("a", { annotation_path, img_dir, mask_dirs });
  const ofPack = await run("b", { pack });
  expect(await sha256OfFile(ofPack.lastModel!)).toBe(await sha256OfFile(ofFolders.lastModel!));
  await expect(run("c", { pack: join(folder, "input.pack") })).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_PACK",
    message: expect.stringMatching(/augmentation/),
  });
});

test("checksums are those of zlib, also without zlib's own", () => {
  const bytes = Buffer.from("123456789");
  expect(crc32ByTable(bytes)).toBe(0xcbf43926);
  expect(crc32(bytes)).toBe(0xcbf43926);
});
