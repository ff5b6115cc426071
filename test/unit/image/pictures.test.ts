/**
 * Every line of docs/pictures.md: small files of each kind, compared with what OpenCV, Pillow or tifffile read from them
 * (test/fixtures/pictures/make.py).
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodePicture } from "../../../src/image/decodePicture.js";
import { type Normalisation, native, type RawPicture } from "../../../src/native.js";
import { plainPlan } from "../../helpers/chain.js";
import { fixture } from "../../helpers/testData.js";

interface Case {
  file: string;
  width: number;
  height: number;
  /** Grey values row by row, and the decoder that read them. */
  grey?: number[];
  by?: string;
  tolerance?: number;
  note?: string;
  refusal?: string;
  /** For a mask: 1 for pixels that it marks as the hand. */
  mark?: number[];
}

const cases: Case[] = JSON.parse(readFileSync(fixture("pictures/cases.json"), "utf8"));
const pictures = cases.filter(({ grey }) => grey !== undefined);
const refused = cases.filter(({ refusal }) => refusal !== undefined);
const masks = cases.filter(({ mark }) => mark !== undefined);

test("the cases include pictures, refusals and masks", () => {
  expect([pictures.length, refused.length, masks.length].map((count) => count > 10)).toEqual([
    true,
    true,
    true,
  ]);
});

/** Returns the grey values that the image chain computes from up to three channels. */
function greyOf({ data, depth, channels, luma }: RawPicture): number[] {
  const samples = depth === 8 ? data : new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  if (channels === 1) return [...samples];
  const [weights, rounding] =
    luma === "png" ? [[9797, 19234, 3737], depth === 16 ? 16384 : 0] : [[9798, 19235, 3735], 16384];
  return Array.from({ length: samples.length / 3 }, (_, i) => {
    const sum = weights.reduce((sum, weight, c) => sum + weight * samples[3 * i + c]!, rounding);
    return Math.floor(sum / 32768);
  });
}

test.each(pictures)(
  "$file is read as $by reads it",
  async ({ file, grey = [], tolerance = 0, note, ...size }) => {
    const picture = await decodePicture(fixture(`pictures/${file}`), { role: "image" });
    expect(picture).toMatchObject({ width: size.width, height: size.height });
    const seen = greyOf(picture);
    const worst = Math.max(...seen.map((value, i) => Math.abs(value - grey[i]!)));
    expect(worst).toBeLessThanOrEqual(tolerance);
    expect(picture.notes.map(({ kind }) => kind)).toEqual(note === undefined ? [] : [note]);
  },
);

test.each(refused)("$file is refused with the name of its kind", async ({ file, refusal }) => {
  const path = fixture(`pictures/${file}`);
  for (const role of ["image", "mask"] as const) {
    await expect(decodePicture(path, { role })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_IMAGE_UNREADABLE",
      file: path,
      message: expect.stringMatching(new RegExp(`cannot be read: ${refusal}$`)),
      remedy: expect.stringContaining("PNG"),
    });
  }
});

test.each(masks)("$file marks the hand", async ({ file, mark = [], note, width, height }) => {
  const { notes, ...mask } = await decodePicture(fixture(`pictures/${file}`), { role: "mask" });
  expect(notes.map(({ kind }) => kind)).toEqual(note === undefined ? [] : [note]);
  const data = Uint8Array.from({ length: width * height }, (_, i) => 100 + (i % 7));
  const picture: RawPicture = { data, width, height, channels: 1, depth: 8, luma: "png" };
  const batch = native().createBatch(1, height, width);
  const plan = { ...plainPlan(height, width), fit: "stretch", background: "none" } as const;
  const facts = await native().fillSlot(batch, 0, picture, mask, plan);
  const none: Normalisation = { method: "none", mean: [], sd: [] };
  const seen = await native().readBatch(batch, Int32Array.of(0), 1, none);
  expect([...seen].map((value) => (value > 0 ? 1 : 0))).toEqual(mark);
  const marked = mark.reduce((sum, one) => sum + one, 0);
  expect(facts.maskShare).toBeCloseTo(marked / (width * height), 12);
  await native().dispose(batch);
});
