/** Flip, rotation and resized crop as albumentations and OpenCV do them: the transforms that inference uses. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodePicture } from "../../src/image/decode.js";
import type { ImagePlan, RawPicture } from "../../src/native.js";
import { plainPlan, runChain } from "../helpers/chain.js";
import { difference, differenceReport } from "../helpers/difference.js";
import { npyItem } from "../helpers/npy.js";
import { fixture } from "../helpers/testData.js";

interface Transform {
  transform: string;
  input: string;
  params: Record<string, number>;
  expected_file: string;
  index: number;
}

const folder = fixture("parity/augment");
const { single_transforms }: { single_transforms: Transform[] } = JSON.parse(
  readFileSync(`${folder}/cases.json`, "utf8"),
);
const report = differenceReport();

/** Whether an affine transform does nothing but turn, as those of inference. */
function onlyTurns({ scale_x, scale_y, translate_x, translate_y, shear_x, shear_y }: Record<string, number>) {
  return (
    scale_x === 1 && scale_y === 1 && translate_x === 0 && translate_y === 0 && shear_x === 0 && shear_y === 0
  );
}

const kindOf = ({ transform }: Transform) => transform.split(" ")[0];

/** The rest belongs to training. */
const ofInference = single_transforms.filter(
  (c) => ["flip", "resized_crop"].includes(kindOf(c)!) || (kindOf(c) === "affine" && onlyTurns(c.params)),
);

function planOf(c: Transform, { height, width }: RawPicture): ImagePlan {
  if (kindOf(c) === "flip") return { ...plainPlan(height, width), flip: true };
  if (kindOf(c) === "affine") return { ...plainPlan(height, width), rotationAngle: c.params.rotate! };
  return { ...plainPlan(c.params.height!, c.params.width!), fit: "centre-square" };
}

const read = (name: string) => decodePicture(`${folder}/${name}`, { role: "image" });

const SIXTEEN_BIT = 257;

/** The picture with 16-bit values, 257 times as large: it goes through the chain as float32. */
function deepened(picture: RawPicture): RawPicture {
  const values = Uint16Array.from(picture.data, (value) => value * SIXTEEN_BIT);
  return { ...picture, data: new Uint8Array(values.buffer), depth: 16 };
}

/** `resized_crop hand.png 64x64`, `float32 affine hand.png 5 degrees`. */
function nameOf(c: Transform): string {
  const { height, width, rotate } = c.params;
  const amount =
    height !== undefined ? ` ${height}x${width}` : rotate !== undefined ? ` ${rotate} degrees` : "";
  return `${c.transform.includes("float32") ? "float32 " : ""}${kindOf(c)} ${c.input}${amount}`;
}

describe("transforms of the reference", () => {
  test.each(ofInference.map((c) => [nameOf(c), c] as const))("%s", async (name, c) => {
    const picture = await read(c.input);
    const plan = planOf(c, picture);
    if (c.expected_file.endsWith(".png")) {
      const expected = (await read(c.expected_file)).data;
      const length = plan.height * plan.width;
      const { values } = await runChain(picture, null, plan);
      const found = difference(values, expected.subarray(c.index * length, (c.index + 1) * length));
      report(name, found);
      expect(found.maximum).toBe(0);
    } else {
      // These were made from PNG values times 1.37, in float32: the transforms are linear, so the factor comes after.
      const { values } = await runChain(deepened(picture), null, plan);
      const scaled = values.map((value) => (value / SIXTEEN_BIT) * 1.37);
      const found = difference(scaled, npyItem(`${folder}/${c.expected_file}`, c.index));
      report(name, found);
      expect(found.maximum).toBeLessThanOrEqual(1e-3);
    }
  });

  test("18 of the 40 cases are of inference", () => {
    expect([ofInference.length, single_transforms.length]).toEqual([18, 40]);
  });
});
