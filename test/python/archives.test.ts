/**
 * Archives of this package work in Python: torch.jit.load of the same torch version and of the one before returns the same
 * numbers and names and trains them, and this package reads the archives that Python saves.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../../src/index.js";
import { native } from "../../src/native.js";
import { runCli } from "../helpers/cli.js";
import { difference, differenceReport } from "../helpers/difference.js";
import { pythonWithTorch } from "../helpers/python.js";
import { ruleInputs, type TensorEntry, writeRuleMade } from "../helpers/rule.js";
import { fixture } from "../helpers/testData.js";

/** What archives.py prints of an archive. */
interface Examined {
  torch: string;
  names: string[];
  outputs: number[][];
  outputsWithFeatures: number[][];
  manifest: Record<string, unknown>;
  training: {
    allTrain: boolean;
    dropoutDiffers: boolean;
    batchesCounted: number[];
    withoutGradient: string[];
  };
  evalAgain: { noneTrains: boolean; repeats: boolean };
}

const states: Record<string, TensorEntry[]> = JSON.parse(
  await readFile(fixture("parity/networks/state_dicts.json"), "utf8"),
);
/** Time limit in milliseconds, if pip has to download torch. */
const INSTALLING = 1_800_000;

/**
 * The archives: the reference's network with the same tensors, and the command that makes them. Outputs may differ by
 * `tolerance` of the largest, because of float32, folded BatchNorm and another order of sums. The activations of a fresh
 * Inception grow to 1e8 through a hundred layers, and rounding errors with them.
 */
const ARCHIVES = {
  "sex as input": { like: "b0_sex_input", command: "convert", flags: [], tolerance: 1e-5 },
  legacy: { like: "legacy_b0", command: "convert", flags: [], tolerance: 1e-5 },
  "explicit sex": {
    like: "b0_explicit",
    command: "init",
    flags: ["--model.explicit_sex_classifier", "128", "--model.correct_predicted_sex", "true"],
    tolerance: 1e-5,
  },
  "no sex, dynamic padding": {
    like: "b0_implicit",
    command: "init",
    flags: ["--model.sex_dcs=0", "--model.padding=dynamic"],
    tolerance: 1e-5,
  },
  inceptionv3: {
    like: "inceptionv3_sex_input",
    command: "init",
    flags: ["--model.backbone=inceptionv3"],
    tolerance: 1e-4,
  },
};
const archives = Object.entries(ARCHIVES).map(([name, how]) => ({ name, ...how }));
const CONTRACT = ["--input_size", "1", "96", "96", "--mask-needed", "false"];
const AGES = ["--age-mean-months", "120", "--age-sd-months", "40"];

const SHAPE = [3, 1, 96, 96] as const; // Inception needs 75 a side
const MALES = [1, 0, 1];
const inputs = ruleInputs(1, 3, 96, 96);

let folder: string;
const fileOf = (name: string) => join(folder, `${name}.pt`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "deeplasia-test-"));
  await writeFile(join(folder, "inputs.bin"), inputs);
  for (const { name, like, command, flags } of archives) {
    const weights = join(folder, `${name}.safetensors`);
    // Weights by the rule, so that outputs have all magnitudes.
    if (command === "convert") await writeRuleMade(weights, states[like]!, { seed: 1, gain: 1.04 });
    const files = command === "convert" ? [weights, fileOf(name)] : ["--out", fileOf(name)];
    const made = await runCli([command, ...files, ...flags, ...CONTRACT, ...AGES]);
    expect(made, made.stderr).toMatchObject({ code: 0 });
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Resolves to the outputs of this package in Python's order: age, the sex logit if there is one, features. */
async function ours(file: string): Promise<Float32Array[]> {
  await using model = await loadModel(file, { device: "cpu" });
  const { ageZ, sexLogit, features } = await model.forward(inputs, [...SHAPE], MALES, { features: true });
  return [ageZ!, ...(sexLogit === null ? [] : [sexLogit]), features!.values];
}

const [major, minor] = native().buildInfo().libtorchCompiled.split(".").map(Number);
const versions = [minor!, minor! - 1].map((each) => `${major}.${each}.0`);
const report = differenceReport();

describe.each(versions)("torch %s", (version) => {
  let examined: Examined[];
  let missing = "";
  const resaved = (name: string) => fileOf(`${name}, saved by ${version}`);

  beforeAll(async () => {
    const python = await pythonWithTorch(version);
    if ("missing" in python) {
      console.warn(`skipped: ${python.missing}`);
      missing = `no Python with torch ${version}`;
      return;
    }
    const request = archives.map(({ name }) => ({
      archive: fileOf(name),
      resaved: resaved(name),
      inputs: join(folder, "inputs.bin"),
      shape: SHAPE,
      males: MALES,
    }));
    const file = join(folder, "request.json");
    await writeFile(file, JSON.stringify(request));
    examined = JSON.parse(await python.run(join(import.meta.dirname, "archives.py"), file));
    for (const { torch } of examined) expect(torch.split("+")[0]).toBe(version);
  }, INSTALLING);

  describe.each(archives.map((archive, i) => ({ ...archive, i })))(
    "$name",
    ({ name, like, tolerance, i }) => {
      test("returns the same outputs and features", async ({ skip }) => {
        skip(missing !== "", missing);
        const { outputs, outputsWithFeatures } = examined[i]!;
        expect(outputsWithFeatures.slice(0, -1)).toEqual(outputs);
        const values = await ours(fileOf(name));
        expect(values).toHaveLength(outputsWithFeatures.length);
        for (const [j, output] of values.entries()) {
          const scale = Math.max(...output.map(Math.abs));
          const { maximum, mean } = difference(output, outputsWithFeatures[j]!);
          report(`${version}, ${name}, output ${j}`, { maximum: maximum / scale, mean: mean / scale });
          expect(maximum).toBeLessThan(tolerance * scale);
        }
      });

      test("has the reference's names and the manifest", ({ skip }) => {
        skip(missing !== "", missing);
        expect(examined[i]!.names).toEqual(states[like]!.map(([tensor]) => tensor));
        expect(examined[i]!.manifest).toMatchObject({ formatVersion: 1, inputSize: [1, 96, 96] });
      });

      test("trains, and returns to eval mode", ({ skip }) => {
        skip(missing !== "", missing);
        expect(examined[i]!.training).toEqual({
          allTrain: true,
          dropoutDiffers: true,
          batchesCounted: [2],
          withoutGradient: name === "legacy" ? ["base._fc.weight", "base._fc.bias"] : [],
        });
        expect(examined[i]!.evalAgain).toEqual({ noneTrains: true, repeats: true });
      });

      test("is read by this package when Python has saved it", async ({ skip }) => {
        skip(missing !== "", missing);
        expect(await ours(resaved(name))).toEqual(await ours(fileOf(name)));
      });
    },
  );
});
