/** Changed pictures, held against the same arithmetic on plain numbers. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { changedPicture, type PictureChange } from "../../../src/image/changedPicture.js";
import type { DecodedPicture } from "../../../src/image/decodedPicture.js";
import { asSamples } from "../../../src/image/samples.js";

const WIDTH = 60;
const HEIGHT = 40;

/** A ramp with a bright square; `scale` spreads 8 bits over more. */
function ramp(depth: 8 | 16, channels: 1 | 3 = 1, scale = 1): DecodedPicture {
  const grey = Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    return scale * (x > 30 && x < 45 && y > 10 && y < 30 ? 200 : 20 + x + y);
  });
  const samples = grey.flatMap((value) => new Array<number>(channels).fill(value));
  const data = depth === 8 ? Uint8Array.from(samples) : new Uint8Array(Uint16Array.from(samples).buffer);
  return { data, width: WIDTH, height: HEIGHT, channels, depth, luma: "png", notes: [], orientation: 1 };
}

async function change(picture: DecodedPicture, how: PictureChange): Promise<number[]> {
  const before = [...picture.data];
  const changed = await changedPicture(picture, how);
  expect([...picture.data]).toEqual(before);
  expect([changed.width, changed.height, changed.channels]).toEqual([WIDTH, HEIGHT, picture.channels]);
  return [...asSamples(changed.data, changed.depth)];
}

const values = ({ data, depth }: DecodedPicture) => [...asSamples(data, depth)];
const within = (value: number, most: number) => Math.min(most, Math.max(0, value));

describe.each([
  ["8 bits", ramp(8), 255],
  ["8 bits of three channels", ramp(8, 3), 255],
  ["12 bits in 16", ramp(16, 1, 16), 65_535],
] as const)("a picture of %s", (_, picture, most) => {
  const old = values(picture);
  const [darkest, brightest] = [Math.min(...old), Math.max(...old)];

  test("becomes brighter by a share of its own range", async () => {
    const brighter = await change(picture, { kind: "brightness", share: 0.2 });
    const added = 0.2 * (brightest - darkest);
    for (const [i, value] of brighter.entries())
      expect(Math.abs(value - within(old[i]! + added, most))).toBeLessThan(1);
  });

  test("gets contrast around its mean", async () => {
    const mean = old.reduce((sum, value) => sum + value, 0) / old.length;
    const flat = await change(picture, { kind: "contrast", factor: 0.6 });
    for (const [i, value] of flat.entries())
      expect(Math.abs(value - (mean + 0.6 * (old[i]! - mean)))).toBeLessThan(1);
  });

  test("is inverted within its own range", async () => {
    expect(await change(picture, { kind: "inversion" })).toEqual(
      old.map((value) => darkest + brightest - value),
    );
  });

  test("gets a bright letter in its corner, and is the same elsewhere", async () => {
    const marked = await change(picture, { kind: "marker" });
    const places = marked.flatMap((value, i) => (value === old[i] ? [] : [Math.floor(i / picture.channels)]));
    expect(places.length).toBeGreaterThan(3);
    expect(places.every((place) => place % WIDTH < 6 && place / WIDTH < 6)).toBe(true);
    expect(places.every((place) => marked[place * picture.channels] === most)).toBe(true);
  });

  test("loses what is smaller than its new resolution, and keeps its mean", async () => {
    const coarse = await change(picture, { kind: "resolution", share: 0.25 });
    const edge = 15 * WIDTH + 30;
    const at = (samples: readonly number[], place: number) => samples[place * picture.channels]!;
    const step = (samples: readonly number[]) => at(samples, edge + 1) - at(samples, edge);
    expect(step(coarse)).toBeLessThan(0.6 * step(old));
    const mean = (samples: readonly number[]) =>
      samples.reduce((sum, value) => sum + value, 0) / samples.length;
    expect(Math.abs(mean(coarse) / mean(old) - 1)).toBeLessThan(0.02);
  });

  test("comes back from JPEG nearly as it was, over the range of 8 bits", async () => {
    const jpeg = await change(picture, { kind: "jpeg", quality: 95 });
    const scale = picture.depth === 8 ? 1 : 255 / brightest;
    const differences = jpeg.map((value, i) => Math.abs(value - old[i]! * scale));
    expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThan(3);
    const poor = await change(picture, { kind: "jpeg", quality: 5 });
    expect(poor).not.toEqual(jpeg);
  });
});

test("JPEG has the quality that is asked for", async () => {
  const { data, width, height } = ramp(8);
  const jpeg = await sharp(data, { raw: { width, height, channels: 1 } })
    .jpeg({ quality: 30 })
    .toBuffer();
  const back = await sharp(jpeg).toColourspace("b-w").raw().toBuffer();
  expect(await change(ramp(8), { kind: "jpeg", quality: 30 })).toEqual([...back]);
});
