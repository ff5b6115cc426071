/**
 * Models that others made: networks of torchvision and timm, scripted or traced in Python (foreign.py beside them says
 * how). Each predicts through the manifest beside it, and Python's own numbers come out.
 */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { predictImage } from "../../src/index.js";
import type { BoneAgeModel } from "../../src/model/boneAgeModel.js";
import { loadModel } from "../../src/model/loadModel.js";
import { csvRows, runCli } from "../helpers/cli.js";
import { difference, differenceReport } from "../helpers/difference.js";
import { npyItem } from "../helpers/npy.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

/** A picture, what is done to it, and what Python's network says of it. */
interface Expected {
  image: string;
  mask: string | null;
  flip: boolean;
  rotationAngle: number;
  /** The network's input where it is stored: file and item. */
  tensor: [file: string, item: number] | null;
  sex: "F" | "M" | null;
  age: number;
  ageMonths: number;
  sexLogit: number | null;
  sexHat: number | null;
}

const folder = fixture("models/foreign");
const pictures = fixture("parity/preprocess");
const { models }: { models: Record<string, Expected[]> } = JSON.parse(
  await readFile(join(folder, "expected.json"), "utf8"),
);
const report = differenceReport();

/**
 * What the networks' outputs may differ by where the input is the same, in standard deviations of the ages: BatchNorm is
 * folded here and sums have another order, which is some 1e-7 a layer in float32, over fifty layers.
 */
const OF_FORWARD = 3e-5;

/**
 * And where the input was made here, in months (a standard deviation is 40 or so): the grey values may differ by 1e-5
 * of their standard deviation, those of 16-bit pictures, which are resized in float, by 1e-3 (preprocess.test.ts).
 */
const monthsOf = ({ image }: Expected) => (image.includes("c16") ? 0.04 : 0.004);

async function withModel(file: string, use: (model: BoneAgeModel) => Promise<void>): Promise<void> {
  const model = await loadModel(file, { device: "cpu" });
  try {
    await use(model);
  } finally {
    await model.dispose();
  }
}

/** An annotation CSV and its pictures from the lines that need no turning; all with masks, or all without. */
async function writeCohortOf(root: string, expected: Expected[]) {
  const isMasked = expected[0]!.mask !== null;
  const lines = expected.filter(
    ({ mask, flip, rotationAngle }) => (mask !== null) === isMasked && !flip && rotationAngle === 0,
  );
  await mkdir(join(root, "images"));
  await mkdir(join(root, "masks"));
  for (const { image, mask } of lines) {
    await copyFile(join(pictures, image), join(root, "images", basename(image)));
    if (mask !== null) await copyFile(join(pictures, mask), join(root, "masks", basename(image)));
  }
  const rows = lines.map(({ image, sex }, i) => `${basename(image)},,${i},${sex ?? "F"},`);
  await writeFile(join(root, "cohort.csv"), ["image_ID,dir,patient_ID,sex,bone_age", ...rows, ""].join("\n"));
  const masks = isMasked ? ["--mask_dirs", join(root, "masks")] : [];
  const flags = ["--annotation_csv", join(root, "cohort.csv"), "--img_dir", join(root, "images"), ...masks];
  return { lines, flags };
}

describe.each(Object.entries(models))("%s", (stem, expected) => {
  const file = join(folder, `${stem}.pt`);
  const stored = expected.filter(({ tensor }) => tensor !== null);

  if (stored.length > 0)
    test("forward gives Python's outputs, all pictures at once", () =>
      withModel(file, async (model) => {
        const inputs = stored.map(({ tensor }) => npyItem(join(pictures, tensor![0]), tensor![1]));
        const males = stored.map(({ sex }) => (sex === "M" ? 1 : 0));
        const data = Float32Array.from(inputs.flatMap((input) => [...input]));
        const outputs = await model.forward(data, [stored.length, ...model.contract.inputSize], males);
        const ages = stored.map(({ age }) => age);
        const logits = stored.flatMap(({ sexLogit }) => sexLogit ?? []);
        const ofAge = difference(outputs.ageZ!, ages);
        const ofSex = difference(outputs.sexLogit ?? [], logits);
        report(`${stem}: forward, age`, ofAge);
        expect(ofAge.maximum).toBeLessThan(OF_FORWARD);
        expect(ofSex.maximum).toBeLessThan(OF_FORWARD);
      }));

  test("predictImage gives Python's ages from the files", () =>
    withModel(file, async (model) => {
      for (const line of expected) {
        const { ageZ, rawMonths, ageMonths, sexHat } = await predictImage(model, join(pictures, line.image), {
          mask: line.mask === null ? undefined : join(pictures, line.mask),
          sex: line.sex ?? undefined,
          flip: line.flip,
          rotationAngle: line.rotationAngle,
        });
        const off = difference([(rawMonths ?? ageZ)!, ageMonths], [line.age, line.ageMonths]);
        report(`${stem}: ${basename(line.image)}, months`, off);
        expect(off.maximum).toBeLessThan(monthsOf(line));
        expect(sexHat).toEqual(line.sexHat === null ? null : expect.closeTo(line.sexHat, 4));
      }
    }));

  test("predict gives them for a cohort", async () => {
    const { lines, flags } = await writeCohortOf(await temporaryFolder(), expected);
    const output = ["--output_path", "-", "--device", "cpu"];
    const { code, stdout } = await runCli(["predict", "--ckp_path", file, ...flags, ...output]);
    expect(code).toBe(0);
    const rows = csvRows(stdout);
    expect(rows).toHaveLength(lines.length);
    for (const [i, line] of lines.entries()) {
      const { image_ID, sex, pred_bone_age, sex_hat } = rows[i]!;
      expect([image_ID, sex]).toEqual([basename(line.image), line.sex === "M" ? "1.0" : "0.0"]);
      expect(Math.abs(Number(pred_bone_age) - line.ageMonths)).toBeLessThan(monthsOf(line));
      if (line.sexHat === null) expect(sex_hat).toBeUndefined();
      else expect(Number(sex_hat)).toBeCloseTo(line.sexHat, 4);
    }
  });

  test("inspect shows the network and the contract beside it", async () => {
    const { stdout } = await runCli(["inspect", file, "--json"]);
    const { inputs, contract, missing } = JSON.parse(stdout);
    expect({ inputs, missing }).toEqual({ inputs: expected[0]!.sex === null ? 1 : 2, missing: [] });
    const manifest = join(folder, `${stem}.json`);
    for (const [field, value] of Object.entries(JSON.parse(await readFile(manifest, "utf8"))))
      expect(contract[field]).toEqual({ value, from: manifest });
  });

  test("channels that it has not are an error, and not the end of the process", async () => {
    const [channels, height, width] = JSON.parse(
      await readFile(join(folder, `${stem}.json`), "utf8"),
    ).inputSize;
    const inputSize: [1 | 3, number, number] = [channels === 1 ? 3 : 1, height, width];
    const contract = { inputSize, normaliseMean: [0], normaliseSd: [1] };
    await expect(loadModel(file, { device: "cpu", contract })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_MODEL_FORWARD",
      message: expect.stringMatching(/to have [13] channels, but got [13] channels/),
    });
  });
});
