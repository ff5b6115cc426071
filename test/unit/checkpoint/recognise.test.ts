/** Recognition against the reference's own lists of tensors (parity/networks/state_dicts.json). */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { checkpointSources } from "../../../src/checkpoint/checkpointSources.js";
import type { CheckpointContents } from "../../../src/checkpoint/contents.js";
import { recognise as recogniseAny } from "../../../src/checkpoint/recognise.js";
import type { TensorFacts } from "../../../src/checkpoint/tree.js";
import { findWeights } from "../../../src/checkpoint/weights.js";
import { completeContract } from "../../../src/contract/contract.js";
import { mergeManifests } from "../../../src/contract/merge.js";
import type { CheckpointHandle, NetworkConfig } from "../../../src/native.js";
import { checkpointOptions } from "../../../src/options/checkpoint.js";
import { networkText } from "../../../src/options/network.js";
import type { TensorEntry } from "../../helpers/rule.js";
import { fixture } from "../../helpers/testData.js";

const states = JSON.parse(await readFile(fixture("parity/networks/state_dicts.json"), "utf8")) as Record<
  string,
  TensorEntry[]
>;

const ASKED = { padding: "static", legacyCkp: false } as const;

function contents(
  entries: readonly TensorEntry[],
  hyperParameters: Record<string, unknown> = {},
): CheckpointContents {
  const tensors = entries.map(
    ([name, shape], tensor) =>
      [name, { tensor, shape: [...shape] as number[], dtype: "float32" }] as [string, TensorFacts],
  );
  const handle = null as unknown as CheckpointHandle; // never looked at
  const place = { weightsName: "", otherWeights: [], entries: {} };
  return { file: "x.ckpt", format: "zip", handle, tensors: new Map(tensors), hyperParameters, ...place };
}

/** Of files that hold a bone-age network. */
const recognise = (...args: Parameters<typeof recogniseAny>) => recogniseAny(...args) as NetworkConfig;

/** The reference's networks as their lists are called: [backbone, dense layers, sex input, explicit]. */
const TRUTH: Record<string, [string, number[], number, number[]]> = {
  b0_sex_input: ["efficientnet-b0", [256], 32, []],
  b0_explicit: ["efficientnet-b0", [256], 32, [128]],
  b0_implicit: ["efficientnet-b0", [256], 0, []],
  b0_sex_only: ["efficientnet-b0", [256], 0, []],
  b1_sex_input: ["efficientnet-b1", [256], 32, []],
  b4_sex_input: ["efficientnet-b4", [256], 32, []],
  inceptionv3_sex_input: ["inceptionv3", [256], 32, []],
  legacy_b0: ["efficientnet-b0", [1024, 1024, 512, 512], 32, []],
  legacy_b4: ["efficientnet-b4", [1024, 1024, 512, 512], 32, []],
  legacy_inceptionv3: ["inceptionv3", [1024, 1024, 512, 512], 32, []],
};

describe("from tensors alone", () => {
  test.each(Object.entries(TRUTH))("%s", (name, [backbone, denseLayers, sexDcs, explicitSexClassifier]) => {
    const config = recognise(contents(states[name]!), { ...ASKED, correctPredictedSex: true });
    const legacy = name.startsWith("legacy");
    expect(config).toMatchObject({ legacy, backbone, denseLayers, sexDcs, explicitSexClassifier });
    expect(config.imagenetClassifier).toBe(states[name]!.some(([tensor]) => tensor === "base._fc.weight"));
  });

  test("the unused ImageNet classifier of a legacy network may be there or not", () => {
    const without = states.legacy_b0!.filter(([name]) => !name.startsWith("base._fc."));
    expect(recognise(contents(without), ASKED).imagenetClassifier).toBe(false);
  });
});

describe("what tensors cannot say", () => {
  const explicit = states.b0_explicit!;

  test("is taken from the hyper-parameters, and a flag overrides them", () => {
    const said = contents(explicit, { correct_predicted_sex: true, dropout_p: 0.4 });
    expect(recognise(said, ASKED)).toMatchObject({ correctPredictedSex: true, dropout: 0.4 });
    expect(recognise(said, { ...ASKED, correctPredictedSex: false }).correctPredictedSex).toBe(false);
  });

  test("is asked for by the option that decides", () => {
    expect(() => recognise(contents(explicit), ASKED)).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining("`correctPredictedSex`") }),
    );
    const headless = states.b0_sex_input!.filter(([name]) => !name.includes("_conv_head"));
    expect(() => recognise(contents(headless), ASKED)).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining("the option backbone") }),
    );
    expect(recognise(contents(headless, { backbone: "efficientnet-b0" }), ASKED).backbone).toBe(
      "efficientnet-b0",
    );
  });
});

describe("what is no bone-age network", () => {
  test.each([
    ["_conv_stem.weight", "`deeplasia-native init` (initModel) as `from`"],
    ["features.0.0.weight", "`deeplasia-native init` (initModel) as `from`"],
    ["conv1.weight", "torch.jit"],
  ])("%s: the error says what to do", (name, remedy) => {
    expect(() => recognise(contents([[name, [8, 3, 3, 3]]]), ASKED)).toThrow(
      expect.objectContaining({ code: "ERR_DEEPLASIA_CHECKPOINT", remedy: expect.stringContaining(remedy) }),
    );
  });

  test("legacyCkp with a current network is a contradiction", () => {
    expect(() => recognise(contents(states.b0_sex_input!), { ...ASKED, legacyCkp: true })).toThrow(
      /`legacyCkp: true`/,
    );
    expect(recognise(contents(states.legacy_b0!), { ...ASKED, legacyCkp: true }).legacy).toBe(true);
  });
});

describe("the mask network of the reference's service", () => {
  const service = JSON.parse(readFileSync(fixture("parity/service/service.json"), "utf8")) as {
    mask_network: { state_dict: TensorEntry[] };
  };
  const entries = service.mask_network.state_dict;

  test("is recognised, and how wide it is", () => {
    const config = recogniseAny(contents(entries), ASKED);
    expect(config).toEqual({ filters: 32, kernel: 5, maxFilters: 32 });
    expect(networkText(config)).toBe("hand masks: competitive U-Net, 32 filters of 5x5");
  });

  test("one that widens is recognised too", () => {
    const widths: Record<string, readonly number[]> = {
      "backbone.encode1.conv0.weight": [8, 1, 5, 5],
      "backbone.bottleneck.conv1.weight": [64, 64, 5, 5],
    };
    const wide = entries.map(([name, shape, ...rest]): TensorEntry => [name, widths[name] ?? shape, ...rest]);
    const config = recogniseAny(contents(wide), ASKED);
    expect(config).toEqual({ filters: 8, kernel: 5, maxFilters: 64 });
    expect(networkText(config)).toBe("hand masks: competitive U-Net, 8 to 64 filters of 5x5");
  });

  test("is found behind the words that wrappers put before it", () => {
    const wrapped = Object.fromEntries(
      entries.map(([name, shape], index) => [
        `net.module.${name}`,
        { $tensor: index, shape: [...shape], dtype: "float32" },
      ]),
    );
    const found = findWeights("mask.ckpt", { model_state: wrapped }, undefined);
    expect([...found.tensors.keys()]).toEqual(entries.map(([name]) => name));
  });

  test("has the contract of the service", async () => {
    const { mask_network } = service;
    const file = { ...contents(mask_network.state_dict), file: "masks/hand.pt" };
    const network = { filters: 32, kernel: 5, maxFilters: 32 };
    const sources = await checkpointSources(file, network, checkpointOptions.parse({}));
    const { manifest } = mergeManifests(sources);
    expect(completeContract(manifest, "hand.pt", "hand_mask")).toMatchObject({
      ...{ inputSize: [1, 512, 512], fit: "pad", resize: "linear", normalise: "interval" },
      ...{ maskNeeded: false, maskThreshold: 0.25, maskSeedThreshold: 0.99, name: "hand" },
    });
    expect(() => completeContract(manifest, "hand.pt")).toThrow(
      expect.objectContaining({ code: "ERR_DEEPLASIA_MODEL_KIND" }),
    );
  });
});

test("the text that describes a network", () => {
  const config = recognise(contents(states.b0_explicit!), { ...ASKED, correctPredictedSex: false });
  expect(networkText({ ...config, padding: "dynamic" })).toBe(
    "efficientnet-b0, dense [256], sex input 32, explicit sex classifier [128], the predicted sex goes in, dynamic padding",
  );
});
