/** Both methods of resizing compared with OpenCV, for scalings that do not occur in the reference's pictures. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RawPicture } from "../../src/native.js";
import { plainPlan, runChain } from "../helpers/chain.js";
import { difference, differenceReport } from "../helpers/difference.js";
import { fixture } from "../helpers/testData.js";

interface Resized {
  height: number;
  width: number;
  uint8: number[];
  /** Of the picture times 257, as float32. */
  float32_of_257_times: number[];
}
interface Case {
  name: string;
  height: number;
  width: number;
  picture: number[];
  linear: Resized;
  area: Resized;
}

const { cases }: { cases: Case[] } = JSON.parse(readFileSync(fixture("parity/opencv_resize.json"), "utf8"));
const report = differenceReport();

describe.each(["linear", "area"] as const)("resize: %s", (resize) => {
  test.each(cases)("$name", async ({ name, picture, height, width, [resize]: expected }) => {
    const plan = { ...plainPlan(expected.height, expected.width), resize };
    const common = { width, height, channels: 1, luma: "png" } as const;
    const shallow: RawPicture = { ...common, data: Uint8Array.from(picture), depth: 8 };
    const values = Uint16Array.from(picture, (value) => value * 257);
    const deep: RawPicture = { ...common, data: new Uint8Array(values.buffer), depth: 16 };

    const found = difference((await runChain(shallow, null, plan)).values, expected.uint8);
    report(`${resize} ${name}`, found);
    expect(found.maximum).toBe(0);
    const foundDeep = difference((await runChain(deep, null, plan)).values, expected.float32_of_257_times);
    report(`${resize} ${name}, float32`, foundDeep);
    expect(foundDeep.maximum).toBeLessThanOrEqual(0.02); // of 65535
  });
});
