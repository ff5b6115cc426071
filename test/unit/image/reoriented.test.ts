import { expect, test } from "vitest";
import type { DecodedPicture } from "../../../src/image/decodedPicture.js";
import { reoriented } from "../../../src/image/reoriented.js";

const rest = { channels: 1, luma: "png", notes: [], orientation: 1 } as const;
const deep: DecodedPicture = {
  ...{ ...rest, data: new Uint8Array(Uint16Array.of(1, 2, 3, 400, 500, 65_535).buffer) },
  ...{ width: 3, height: 2, depth: 16 },
};
const samplesOf = ({ data }: DecodedPicture) => [...new Uint16Array(data.slice().buffer)];

test.each<["90" | "180" | "270", number, number, number[]]>([
  ["90", 2, 3, [400, 1, 500, 2, 65_535, 3]],
  ["180", 3, 2, [65_535, 500, 400, 3, 2, 1]],
  ["270", 2, 3, [3, 65_535, 2, 500, 1, 400]],
])("16 bits, turned by %s degrees clockwise", async (turn, width, height, samples) => {
  const picture = await reoriented(deep, [turn]);
  expect(picture).toMatchObject({ width, height, depth: 16, channels: 1 });
  expect(samplesOf(picture)).toEqual(samples);
});

test("16 bits, inverted", async () => {
  expect(samplesOf(await reoriented(deep, ["inverted"]))).toEqual([
    65_534, 65_533, 65_532, 65_135, 65_035, 0,
  ]);
});

test("8 bits of three channels, turned and inverted", async () => {
  const data = Uint8Array.of(1, 2, 3, 40, 50, 60);
  const colour: DecodedPicture = { ...rest, data, channels: 3, width: 2, height: 1, depth: 8 };
  const picture = await reoriented(colour, ["180", "inverted"]);
  expect(picture).toMatchObject({ width: 2, height: 1, channels: 3 });
  expect([...picture.data]).toEqual([215, 205, 195, 254, 253, 252]);
});
