/** The network's input in `predict` and validation, compared with the reference's preprocessing case by case. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodePicture } from "../../src/image/decodePicture.js";
import type { ImagePlan, Normalisation } from "../../src/native.js";
import { plainPlan, runChain } from "../helpers/chain.js";
import { difference, differenceReport } from "../helpers/difference.js";
import { npyItem } from "../helpers/npy.js";
import { fixture } from "../helpers/testData.js";

interface Case {
  case: string;
  image: string;
  mask: string | null;
  input_size: [number, number, number];
  norm_method: "zscore" | "interval" | "equalize" | "none";
  mask_crop_size: number;
  flip: boolean;
  rotation_angle: number;
  loader: "inference" | "training";
  number_intensity_bins?: number;
  percentile_1?: number;
  expected?: string;
  expected_index?: number;
  error?: string;
}

const folder = fixture("parity/preprocess");
const cases: Case[] = JSON.parse(readFileSync(`${folder}/cases.json`, "utf8"));
const report = differenceReport();

function planOf(c: Case): ImagePlan {
  const training = c.loader === "training";
  // Without a number of bins the reference fails; ours then has 256.
  const equalizeBins = c.norm_method === "equalize" ? (c.number_intensity_bins ?? 256) : 0;
  return {
    ...plainPlan(c.input_size[1], c.input_size[2]),
    depth: training || (equalizeBins > 0 && equalizeBins <= 256) ? "8bit" : "any",
    background: !training ? "percentile" : c.norm_method === "interval" ? "none" : "reference-training",
    maskCropSize: c.mask_crop_size,
    equalizeBins,
    flip: c.flip,
    rotationAngle: c.rotation_angle,
    fit: "centre-square",
  };
}

async function run(c: Case) {
  const picture = await decodePicture(`${folder}/${c.image}`, { role: "image" });
  const mask = c.mask === null ? null : await decodePicture(`${folder}/${c.mask}`, { role: "mask" });
  const method: Normalisation["method"] = c.norm_method === "equalize" ? "none" : c.norm_method;
  return runChain(picture, mask, planOf(c), method);
}

describe("preprocessing of the reference", () => {
  const numbers = cases.filter((c) => c.expected?.endsWith(".npy"));
  test.each(numbers)("$case", async (c) => {
    const { facts, values } = await run(c);
    const found = difference(values, npyItem(`${folder}/${c.expected}`, c.expected_index!));
    report(c.case, found);
    // 16-bit pictures are float32 from the crop on; 8-bit ones are integers until they are normalised.
    expect(found.maximum).toBeLessThanOrEqual(
      c.image.includes("c16") && c.loader === "inference" ? 1e-3 : 1e-5,
    );
    if (c.percentile_1 !== undefined) expect(facts.percentile).toBeCloseTo(c.percentile_1, 9);
  });

  test.each(cases.filter((c) => c.expected === "all NaN"))("$case is reported as constant", async (c) => {
    const { facts } = await run(c);
    expect(facts.min).toBe(facts.max);
  });

  test.each(cases.filter((c) => c.error?.startsWith("AssertionError")))("$case is refused", async (c) => {
    await expect(run(c)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_IMAGE_BLANK" });
  });

  test("d_equalize_default, where the reference fails, equals 256 bins", async () => {
    const c = cases.find((c) => c.case === "d_equalize_default")!;
    const same = numbers.find((c) => c.case === "d_equalize_bins256")!;
    const { values } = await run(c);
    const found = difference(values, npyItem(`${folder}/${same.expected}`, same.expected_index!));
    report(c.case, found);
    expect(found.maximum).toBeLessThanOrEqual(1e-5);
  });

  test("every case was run", () => {
    expect(cases.length).toBe(43);
    expect(numbers.length + 2 + 2 + 1).toBe(43);
  });
});
