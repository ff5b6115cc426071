import { mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodePicture } from "../../../src/image/decodePicture.js";
import { fillSlots } from "../../../src/image/fillSlots.js";
import { openPictureCache } from "../../../src/image/pictureCache.js";
import type { ReadPicture } from "../../../src/image/readPicture.js";
import { native } from "../../../src/native.js";
import { plainPlan } from "../../helpers/chain.js";
import { halves } from "../../helpers/pictures.js";
import { PNG, png } from "../../helpers/png.js";
import { temporaryFolder } from "../../helpers/temporary.js";
import { fixture } from "../../helpers/testData.js";

const MEMORY = { use_cache: true, cache_dir: null, cache_size: null };

/** A time in whole seconds, which can be set again exactly. */
const WRITTEN = 1_000_000;

async function files(count: number): Promise<string[]> {
  const folder = await temporaryFolder();
  const paths = Array.from({ length: count }, (_, i) => join(folder, `${i}.png`));
  for (const [i, path] of paths.entries()) {
    await writeFile(path, await halves(100 + i));
    await utimes(path, WRITTEN, WRITTEN);
  }
  return paths;
}

/** The samples, copied before the picture is given back. */
async function samples(read: ReadPicture, path: string, role: "image" | "mask" = "image"): Promise<number[]> {
  const { picture, giveBack } = await read(path, role);
  const copy = [...picture.data];
  giveBack();
  return copy;
}

const decoded = async (path: string) => [...(await decodePicture(path, { role: "image" })).data];

/** Writes other bytes with the same size and time; only a reader that decodes again notices. */
async function replaceUnnoticed(path: string, bytes: Uint8Array): Promise<void> {
  const { size } = await stat(path);
  await writeFile(path, Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]));
  await utimes(path, WRITTEN, WRITTEN);
}

describe("without a cache", () => {
  test("every read decodes", async () => {
    const [path = ""] = await files(1);
    const read = await openPictureCache({ ...MEMORY, use_cache: false });
    expect(await samples(read, path)).toEqual(await decoded(path));
    await replaceUnnoticed(path, Buffer.from("no picture"));
    await expect(read(path, "image")).rejects.toMatchObject({ code: "ERR_DEEPLASIA_IMAGE_UNREADABLE" });
  });
});

describe.each(["memory", "a folder"])("a cache in %s", (place) => {
  const open = async () => {
    const folder = place === "memory" ? null : join(await temporaryFolder(), "deep/cache");
    return openPictureCache({ ...MEMORY, cache_dir: folder });
  };

  test("returns the decoded picture and decodes it once", async () => {
    const [path = ""] = await files(1);
    const read = await open();
    const expected = await decoded(path);
    expect(await samples(read, path)).toEqual(expected);
    await replaceUnnoticed(path, Buffer.from("no picture"));
    for (let i = 0; i < 3; i++) expect(await samples(read, path)).toEqual(expected);
    // The same file in another role is another entry.
    await expect(read(path, "mask")).rejects.toMatchObject({ code: "ERR_DEEPLASIA_IMAGE_UNREADABLE" });
  });

  test("notices a file that changed", async () => {
    const [path = ""] = await files(1);
    const read = await open();
    await samples(read, path);
    await writeFile(path, await halves(222));
    await utimes(path, 1, 1);
    expect(await samples(read, path)).toEqual(await decoded(path));
  });

  test("returns the same picture to concurrent callers", async () => {
    const paths = await files(3);
    const read = await open();
    const all = await Promise.all([...paths, ...paths, ...paths].map((path) => samples(read, path)));
    const expected = await Promise.all(paths.map(decoded));
    expect(all).toEqual([...expected, ...expected, ...expected]);
  });

  test("throws the decoder's error for a missing file, and does not cache bytes", async () => {
    const [path = ""] = await files(1);
    const read = await open();
    await expect(read(`${path}.not`, "mask")).rejects.toMatchObject({ code: "ERR_DEEPLASIA_MASK_MISSING" });
    const { picture } = await read(await readFile(path), "image");
    expect([...picture.data]).toEqual(await decoded(path));
  });

  test("does not change the network's input", async () => {
    const [path = ""] = await files(1);
    const read = await open();
    const batch = native().createBatch(3, 16, 16);
    const target = { batch, plan: plainPlan(16, 16) };
    const source = { image: path, mask: path };
    await fillSlots([target], 0, source);
    for (const slot of [1, 2]) await fillSlots([target], slot, source, read);
    const seen = await native().readBatch(batch, Int32Array.of(0, 1, 2), 1, {
      ...{ method: "zscore", mean: [], sd: [] },
    });
    const first = seen.slice(0, 256);
    expect(seen.slice(256, 512)).toEqual(first);
    expect(seen.slice(512)).toEqual(first);
    await native().dispose(batch);
  });
});

describe("a cache in memory", () => {
  test("keeps pictures until it is full, and warns once", async () => {
    const paths = await files(4);
    const warnings: string[] = [];
    const logger = { info() {}, error() {}, warn: (message: string) => warnings.push(message) };
    const read = await openPictureCache(MEMORY, { memoryLimit: 2 * 40 * 40 + 10, logger });
    for (let epoch = 0; epoch < 2; epoch++) for (const path of paths) await samples(read, path);
    for (const path of paths) await replaceUnnoticed(path, Buffer.from("no picture"));
    const kept = await Promise.allSettled(paths.map((path) => samples(read, path)));
    expect(kept.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected"]);
    expect(warnings).toEqual([expect.stringMatching(/^2 pictures are cached/)]);
  });
});

async function rewrite(path: string, change: (bytes: Buffer) => unknown): Promise<void> {
  const bytes = await readFile(path);
  change(bytes);
  await writeFile(path, bytes);
}

function replaceInHeader(path: string, what: RegExp, by: string): Promise<void> {
  return rewrite(path, (bytes) => {
    const header = bytes.toString("latin1", 0, 1024);
    expect(header).toMatch(what);
    bytes.write(header.replace(what, by).trimEnd().padEnd(1024), 0, "latin1");
  });
}

describe("a cache in a folder", () => {
  test("serves the next process, and does not use incomplete files", async () => {
    const [path = ""] = await files(1);
    const folder = await temporaryFolder();
    const settings = { ...MEMORY, cache_dir: folder };
    const expected = await samples(await openPictureCache(settings), path);
    const original = await readFile(path);
    await replaceUnnoticed(path, Buffer.from("no picture"));
    expect(await samples(await openPictureCache(settings), path)).toEqual(expected);

    const [name = "", ...others] = await readdir(folder);
    expect(others).toEqual([]);
    await replaceUnnoticed(path, original);
    for (const damage of [
      () => truncate(join(folder, name), 500),
      () => truncate(join(folder, name), 3),
      () => writeFile(join(folder, name), "something else"),
      () => rewrite(join(folder, name), (bytes) => bytes.set([bytes[1030]! ^ 1], 1030)),
      () => rewrite(join(folder, name), (bytes) => bytes.fill(0, 1024)),
      () => replaceInHeader(join(folder, name), /"width":\d+/, '"width":2147483648'),
      () => replaceInHeader(join(folder, name), /"width":\d+/, '"width":-40'),
      () => replaceInHeader(join(folder, name), /"channels":1/, '"channels":2'),
      () => replaceInHeader(join(folder, name), /"depth":8/, '"depth":"8"'),
    ]) {
      await damage();
      expect(await samples(await openPictureCache(settings), path)).toEqual(expected);
    }
  });

  test("keeps the notes of a picture", async () => {
    const path = fixture("pictures/pages.tif");
    const settings = { ...MEMORY, cache_dir: await temporaryFolder() };
    for (let i = 0; i < 2; i++) {
      const { picture } = await (await openPictureCache(settings))(path, "image");
      expect(picture.notes).toEqual([{ kind: "pages", text: "only page 1 of 2 is read" }]);
    }
  });

  test("that cannot be written is not used, with one warning", async () => {
    const paths = await files(2);
    const folder = join(await temporaryFolder(), "cache");
    const warnings: string[] = [];
    const logger = { info() {}, error() {}, warn: (message: string) => warnings.push(message) };
    const read = await openPictureCache({ ...MEMORY, cache_dir: folder }, { logger });
    await rm(folder, { recursive: true });
    for (const path of paths) expect(await samples(read, path)).toEqual(await decoded(path));
    expect(warnings).toEqual([expect.stringMatching(/^no more pictures are cached: cannot write/)]);
  });

  test("that cannot be made is an error", async () => {
    const [path = ""] = await files(1);
    const settings = { ...MEMORY, cache_dir: join(path, "cache") };
    await expect(openPictureCache(settings)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_OUTPUT" });
  });
});

describe("cache_size", () => {
  /** A PNG of 80 x 20 pixels whose left half is `low` and whose right half is `high`. */
  function wide(bitDepth: 8 | 16, low: number, high: number): Buffer {
    const row = Array.from({ length: 80 }, (_, x) => (x < 40 ? low : high));
    const bytes = row.flatMap((value) => (bitDepth === 8 ? [value] : [value >> 8, value & 255]));
    const rows = Buffer.from(Array.from({ length: 20 }, () => bytes).flat());
    return png({ width: 80, height: 20, bitDepth, colourType: PNG.grey, rows });
  }

  test.each([8, 16] as const)("keeps %i-bit pictures and masks scaled to that longer side", async (depth) => {
    const path = join(await temporaryFolder(), "wide.png");
    const [low, high] = depth === 8 ? [10, 250] : [1000, 50_001];
    await writeFile(path, wide(depth, low, high));
    const read = await openPictureCache({ ...MEMORY, cache_size: 20 });
    for (const role of ["image", "mask"] as const) {
      const { picture } = await read(path, role);
      expect(picture).toMatchObject({ width: 20, height: 5, channels: 1, depth, luma: "png" });
      const values =
        depth === 8 ? picture.data : new Uint16Array(picture.data.buffer, picture.data.byteOffset, 100);
      expect([values[0], values[99]]).toEqual([low, high]);
      if (role === "mask") expect(new Set(values)).toEqual(new Set([low, high]));
    }
  });

  test("leaves smaller pictures and the number of channels unchanged", async () => {
    const path = join(await temporaryFolder(), "colour.png");
    const create = { width: 30, height: 60, channels: 3, background: { r: 10, g: 200, b: 90 } } as const;
    await sharp({ create }).png().toFile(path);
    const whole = await openPictureCache({ ...MEMORY, cache_size: 60 });
    expect(await samples(whole, path)).toEqual(await decoded(path));
    const half = await openPictureCache({ ...MEMORY, cache_size: 30 });
    const { picture } = await half(path, "image");
    expect(picture).toMatchObject({ width: 15, height: 30, channels: 3 });
    expect([...picture.data.subarray(0, 3)]).toEqual([10, 200, 90]);
  });

  test("does not use a picture that was kept for another size", async () => {
    const [path = ""] = await files(1);
    const cache_dir = await temporaryFolder();
    await mkdir(cache_dir, { recursive: true });
    for (const cache_size of [20, null, 10, 20]) {
      const read = await openPictureCache({ use_cache: true, cache_dir, cache_size });
      const { picture } = await read(path, "image");
      expect(picture.width).toBe(cache_size ?? 40);
    }
  });
});
