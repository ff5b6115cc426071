/** Training augmentation as albumentations and OpenCV do it: each transform alone, and chains of them. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { drawAugmentation } from "../../src/augmentation/drawAugmentation.js";
import { decodePicture } from "../../src/image/decodePicture.js";
import type { ImagePlan, RawPicture } from "../../src/native.js";
import { augmentationSettings } from "../../src/options/train/dataSettings.js";
import { Random } from "../../src/random.js";
import { plainPlan, runChain, UNCHANGED } from "../helpers/chain.js";
import { difference, differenceReport } from "../helpers/difference.js";
import { npyItem, readNpy } from "../helpers/npy.js";
import { fixture } from "../helpers/testData.js";

interface Step {
  transform: string;
  params: Record<string, number>;
}
interface Expectation {
  input: string;
  expected_file: string;
  index: number;
}
interface Transform extends Step, Expectation {}
interface Chain extends Expectation {
  steps: Step[];
  expected_zscore: string;
}

const folder = fixture("parity/augment");
const { single_transforms, chains }: { single_transforms: Transform[]; chains: Chain[] } = JSON.parse(
  readFileSync(`${folder}/cases.json`, "utf8"),
);
const report = differenceReport();
const read = (name: string) => decodePicture(`${folder}/${name}`, { role: "image" });
const kindOf = ({ transform }: Step) => transform.split(" ")[0]!;

/** A plan with one more step. The chain's order is fixed, and the fixtures' is the same. */
function withStep(plan: ImagePlan, step: Step): ImagePlan {
  const { params } = step;
  const value = (name: string) => params[name]!;
  const augmented = (change: Partial<typeof UNCHANGED>): ImagePlan => ({
    ...plan,
    augmentation: { ...UNCHANGED, ...plan.augmentation, ...change },
  });
  switch (kindOf(step)) {
    case "flip":
      return { ...plan, flip: true };
    case "affine": {
      const [scaleX, scaleY] = [value("scale_x"), value("scale_y")];
      const [translateX, translateY] = [value("translate_x"), value("translate_y")];
      const [shearX, shearY] = [value("shear_x"), value("shear_y")];
      const moved = augmented({ scaleX, scaleY, translateX, translateY, shearX, shearY });
      return { ...moved, rotationAngle: value("rotate") };
    }
    case "sharpen":
      return augmented({ sharpening: { alpha: value("alpha"), lightness: value("lightness") } });
    case "resized_crop":
      return { ...plan, fit: "centre-square", height: value("height"), width: value("width") };
    case "clahe":
      return augmented({ claheClipLimit: value("clip_limit") });
    case "gamma":
      return augmented({ gammaPercent: value("gamma_percent") });
    default:
      throw new Error(`unknown transform ${step.transform}`);
  }
}

const planOf = (steps: Step[], { height, width }: RawPicture) =>
  steps.reduce(withStep, plainPlan(height, width));

/** The expected picture, 8-bit. */
async function expectedPicture({ expected_file, index }: Expectation, { height, width }: ImagePlan) {
  const length = height * width;
  return (await read(expected_file)).data.subarray(index * length, (index + 1) * length);
}

const SIXTEEN_BIT = 257;

/** The picture with 16-bit values, 257 times as large: it goes through the chain as float32. */
function deepened(picture: RawPicture): RawPicture {
  const values = Uint16Array.from(picture.data, (value) => value * SIXTEEN_BIT);
  return { ...picture, data: new Uint8Array(values.buffer), depth: 16 };
}

/** `float32 affine hand.png 5 1 0`: the transform, its picture and its parameters. */
function nameOf(c: Transform): string {
  const float = c.transform.includes("float32") ? "float32 " : "";
  return `${float}${kindOf(c)} ${c.input} ${Object.values(c.params).join(" ")}`.trim();
}

describe("single transforms of the reference", () => {
  test.each(single_transforms.map((c) => [nameOf(c), c] as const))("%s", async (name, c) => {
    const picture = await read(c.input);
    const plan = planOf([c], picture);
    if (c.expected_file.endsWith(".png")) {
      const { values } = await runChain(picture, null, plan);
      const found = difference(values, await expectedPicture(c, plan));
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

  test("all 40 were run", () => expect(single_transforms.length).toBe(40));
});

describe("chains of the reference", () => {
  test.each(chains.map((c, i) => [i, c] as const))("chain %i", async (i, c) => {
    const picture = await read(c.input);
    const plan = planOf(c.steps, picture);
    const grey = difference((await runChain(picture, null, plan)).values, await expectedPicture(c, plan));
    const scored = difference(
      (await runChain(picture, null, plan, "zscore")).values,
      readNpy(`${folder}/${c.expected_zscore}`).data,
    );
    report(`chain ${i}, grey levels`, grey);
    report(`chain ${i}, z-scored`, scored);
    expect(grey.maximum).toBe(0);
    expect(scored.maximum).toBeLessThanOrEqual(1e-5);
  });
});

describe("all geometry in one sampling", () => {
  /** Grey levels between the exact chain and one sampling, over draws with the options. */
  async function distances(options: Record<string, number>) {
    const picture = await read("hand.png");
    const found = [];
    for (let row = 0; row < 20; row++) {
      const random = new Random("augmentation", 1, 0, row);
      const { augmentation, ...view } = drawAugmentation(augmentationSettings.parse(options), random);
      const plan: ImagePlan = { ...plainPlan(64, 64), ...view, fit: "centre-square", augmentation };
      const onePass = { ...plan, augmentation: { ...augmentation, onePass: true } };
      const exact = (await runChain(picture, null, plan)).values;
      found.push(difference((await runChain(picture, null, onePass)).values, exact));
    }
    const mean = found.reduce((sum, one) => sum + one.mean, 0) / found.length;
    return { mean, maximum: Math.max(...found.map(({ maximum }) => maximum)) };
  }

  test.each([
    ["geometry", { sharpen_p: 0, clae_p: 0, contrast_gamma: 0 }, 1],
    ["geometry and sharpening", { sharpen_p: 1, clae_p: 0, contrast_gamma: 0 }, 5],
    ["all", {}, 4],
  ] as [string, Record<string, number>, number][])("%s: close to the chain", async (name, options, mean) => {
    const found = await distances(options);
    report(`one sampling, ${name}`, found);
    expect(found.mean).toBeLessThanOrEqual(mean);
  });
});
