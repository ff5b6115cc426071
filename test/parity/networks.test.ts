/**
 * The reference's networks through the public door: a file of weights is recognised, made a model, and forward gives the
 * reference's numbers and features. (native/test/network_test.cc holds all of them against the reference.)
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadModel } from "../../src/index.js";
import { difference } from "../helpers/difference.js";
import { readNpy } from "../helpers/npy.js";
import { ruleInputs, type TensorEntry, writeRuleMade } from "../helpers/rule.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

interface Run {
  height: number;
  width: number;
  age_z_male: number[];
  age_z_female: number[];
  sex_logit_female?: number[];
  features_std: number;
}
interface Network {
  name: string;
  weight_seed: number;
  gain: number;
  config?: { correct_predicted_sex?: boolean };
  runs: Run[];
}

const read = async <T>(name: string) =>
  JSON.parse(await readFile(fixture(`parity/networks/${name}.json`), "utf8")) as T;
const networks = await read<Network[]>("outputs");
const states = await read<Record<string, TensorEntry[]>>("state_dicts");

describe.each(["b0_sex_input", "b0_explicit", "b0_implicit", "legacy_b0"])("%s", (name) => {
  const { weight_seed: seed, gain, config, runs } = networks.find((network) => network.name === name)!;
  const { height, width, ...expected } = runs.find((run) => run.height === 96 && run.width === 96)!;

  test("its weights give the reference's outputs and features", async () => {
    const file = join(await temporaryFolder(), "weights.safetensors");
    await writeRuleMade(file, states[name]!, { seed, gain });
    await using model = await loadModel(file, {
      device: "cpu",
      correctPredictedSex: config?.correct_predicted_sex,
      contract: { inputSize: [1, height, width], maskNeeded: false, ageMeanMonths: 0, ageSdMonths: 1 },
    });
    const data = ruleInputs(seed, 3, height, width);
    const forward = (male: number) =>
      model.forward(data, [3, 1, height, width], [male, male, male], { features: true });
    const male = await forward(1);
    const female = await forward(0);

    const scale = Math.max(1, ...[...expected.age_z_male, ...expected.age_z_female].map(Math.abs));
    expect(difference(male.ageZ!, expected.age_z_male).maximum).toBeLessThan(1e-3 * scale);
    expect(difference(female.ageZ!, expected.age_z_female).maximum).toBeLessThan(1e-3 * scale);
    expect(female.sexLogit === null).toBe(expected.sex_logit_female === undefined);
    if (expected.sex_logit_female !== undefined)
      expect(difference(female.sexLogit!, expected.sex_logit_female).maximum).toBeLessThan(1e-3 * scale);

    const features = readNpy(fixture(`parity/networks/features_${name}_96x96.npy`));
    expect([3, female.features!.columns]).toEqual(features.shape);
    expect(difference(female.features!.values, features.data).maximum).toBeLessThan(
      1e-3 * Math.max(1, expected.features_std),
    );
    expect((await model.forward(data, [3, 1, height, width], [0, 0, 0])).features).toBeNull();
  });
});
