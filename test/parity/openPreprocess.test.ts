/** What the open bone-age model's own preprocessing makes of pictures: cut, histogram matching, resize, padding. */
import { readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodePicture } from "../../src/image/decodePicture.js";
import { publishedHistogram, referenceHistogram } from "../../src/image/referenceHistogram.js";
import { boxOf } from "../../src/model/cropperModel.js";
import type { ImagePlan } from "../../src/native.js";
import { plainPlan, runChain } from "../helpers/chain.js";
import { difference } from "../helpers/difference.js";
import { npyItem } from "../helpers/npy.js";
import { fixture } from "../helpers/testData.js";

interface Case {
  input: string;
  box_xywh: [number, number, number, number] | null;
  match: string;
  size: number;
  stretch?: boolean;
  expected: string;
  expected_index: number;
  levels?: Record<string, number>;
}

/** The whole of the parity data where it lies; the repository has the smaller part. */
const folder = process.env.DEEPLASIA_OPEN_MODEL_PARITY ?? fixture("parity/convnext/preprocess");
const read = (name: string) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
const cases: Case[] = read("cases.json");

async function countsOf(match: string): Promise<number[] | null> {
  if (match === "none") return null;
  return match.endsWith(":published")
    ? publishedHistogram()
    : referenceHistogram(`${folder}/inputs/synthetic_reference.png`);
}

async function planOf({ box_xywh: box, match, size, stretch }: Case): Promise<ImagePlan> {
  const counts = await countsOf(match);
  return {
    ...plainPlan(size, size),
    depth: "8bit",
    fit: stretch ? "stretch" : "pad-after-resize",
    cut: box === null ? null : { x: box[0], y: box[1], width: box[2], height: box[3] },
    matching: counts === null ? null : { counts, truncates: match.startsWith("uint8:") },
  };
}

const pictureOf = ({ input }: Case) => decodePicture(`${folder}/inputs/${input}.png`, { role: "image" });

const sheets = new Map<string, Promise<Buffer>>();
async function expectedOf({ expected, expected_index: index, size }: Case): Promise<ArrayLike<number>> {
  if (expected.endsWith(".npy")) return npyItem(`${folder}/${expected}`, index);
  const sheet = sheets.get(expected) ?? sharp(`${folder}/${expected}`).toColourspace("b-w").raw().toBuffer();
  sheets.set(expected, sheet);
  return (await sheet).subarray(index * size * size, (index + 1) * size * size);
}

describe("preprocessing of the open bone-age model", () => {
  const blank = cases.filter(({ input }) => input === "e8_constant");
  test.each(cases.filter((c) => !blank.includes(c)))(
    "$input $box_xywh $match $size $expected_index",
    async (c) => {
      const { values } = await runChain(await pictureOf(c), null, await planOf(c));
      const tolerance = c.expected.endsWith(".npy") ? 1e-3 : 0;
      expect(difference(values, await expectedOf(c)).maximum).toBeLessThanOrEqual(tolerance);
    },
  );

  test("a constant picture is refused", async () => {
    const c = blank[0]!;
    const run = runChain(await pictureOf(c), null, await planOf(c));
    await expect(run).rejects.toMatchObject({ code: "ERR_DEEPLASIA_IMAGE_BLANK" });
  });

  test("every matched grey level is that of scikit-image", async () => {
    const c = cases.find(({ levels, box_xywh }) => levels !== undefined && box_xywh === null)!;
    const { data, width, height, ...rest } = await pictureOf(c);
    // Resampling changes nothing at its own size, so the chain's output are the levels.
    const matching = { counts: publishedHistogram(), truncates: false };
    const plan = { ...(await planOf(c)), width, height, fit: "stretch", matching } as const;
    const { values } = await runChain({ data, width, height, ...rest }, null, plan);
    const wrong = [...data].filter((level, i) => Math.abs(values[i]! - c.levels![level]!) > 1e-4);
    expect(wrong).toEqual([]);
  });

  test("the published example of matching", async () => {
    const counts = Array.from({ length: 256 }, (_, level) => (level === 0 || level === 100 ? 2 : 0));
    const picture = {
      data: Uint8Array.of(10, 20, 30, 40),
      width: 4,
      height: 1,
      channels: 1,
      depth: 8,
      luma: "png",
    } as const;
    const plan = { ...plainPlan(1, 4), matching: { counts, truncates: false } };
    expect([...(await runChain(picture, null, plan)).values]).toEqual([0, 0, 50, 100]);
  });

  test("16-bit pictures cannot be matched as they are read", async () => {
    const c = cases.find(({ input, match }) => input === "c16" && match !== "none")!;
    const run = runChain(await pictureOf(c), null, { ...(await planOf(c)), depth: "any" });
    await expect(run).rejects.toMatchObject({ code: "ERR_DEEPLASIA_OPTION" });
  });
});

describe("boxes", () => {
  interface Box {
    coords_xywh_float32: number[];
    image_height_width: [number, number];
    box_xywh: number[];
  }
  test("fractions become whole pixels as the published code cuts them", () => {
    for (const { coords_xywh_float32: given, image_height_width: size, box_xywh: wanted } of read(
      "boxes.json",
    ) as Box[]) {
      const { x, y, width, height } = boxOf(Float32Array.from(given), { height: size[0], width: size[1] });
      expect([x, y, width, height]).toEqual(wanted);
    }
  });

  test("a box without a pixel of the picture is an error", async () => {
    const picture = {
      data: Uint8Array.of(1, 2, 3, 4),
      width: 2,
      height: 2,
      channels: 1,
      depth: 8,
      luma: "png",
    } as const;
    for (const cut of [
      { x: 0, y: 0, width: 0, height: 2 },
      { x: 2, y: 0, width: 1, height: 1 },
    ]) {
      const run = runChain(picture, null, { ...plainPlan(2, 2), cut });
      await expect(run).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_IMAGE_BLANK",
        message: expect.stringMatching(/box/),
      });
    }
  });
});
