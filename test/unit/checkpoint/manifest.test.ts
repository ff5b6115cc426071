import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toMonths } from "../../../src/boneAge/reading.js";
import { checkpointSources } from "../../../src/checkpoint/checkpointSources.js";
import type { CheckpointContents } from "../../../src/checkpoint/contents.js";
import { completeContract } from "../../../src/contract/contract.js";
import { mergeManifests } from "../../../src/contract/merge.js";
import type { CheckpointHandle } from "../../../src/native.js";
import { type CheckpointOptions, readingOptions } from "../../../src/options/checkpoint.js";
import { networkConfig } from "../../../src/options/network.js";
import { networkSettings } from "../../../src/options/train/modelSettings.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

const current = networkConfig(networkSettings.parse({}));
const legacy = { ...current, legacy: true };
const handle = null as unknown as CheckpointHandle; // never looked at

function checkpoint(file: string, entries: Record<string, unknown> = {}): CheckpointContents {
  const hyperParameters = (entries.hyper_parameters ?? {}) as Record<string, unknown>;
  const weights = { tensors: new Map(), weightsName: "", otherWeights: [] };
  return { file, format: "zip", handle, ...weights, hyperParameters, entries };
}

async function merged(
  contents: CheckpointContents,
  config = current,
  options: Partial<CheckpointOptions> = {},
) {
  return mergeManifests(await checkpointSources(contents, config, readingOptions.parse(options)));
}

/** A run's own entries: ages in months, slope and bias of z-scores. */
const ENTRIES = {
  epoch: 12,
  "pytorch-lightning_version": "1.6.4",
  age_mean: 81,
  age_std: 61.5,
  slope: -0.165,
  bias: -0.775,
  hyper_parameters: { input_size: [1, 96, 64], img_norm_method: "interval", masked_input: true },
};

describe("a checkpoint of the current network", () => {
  test("is its own contract, complete", async () => {
    const { manifest, origins } = await merged(checkpoint("run/best.ckpt", ENTRIES));
    expect(completeContract(manifest, "best.ckpt")).toMatchObject({
      name: "best",
      inputSize: [1, 96, 64],
      normalise: "interval",
      maskNeeded: true,
      sexEncoding: "male-1",
      ageMeanMonths: 81,
      ageSdMonths: 61.5,
    });
    expect(manifest.provenance).toBe(
      "converted from best.ckpt, a Lightning 1.6.4 checkpoint, after epoch 12",
    );
    expect(origins.get("inputSize")).toBe("checkpoint");
  });

  test("corrects in months what its slope and bias correct in z-scores", async () => {
    const { manifest } = await merged(checkpoint("best.ckpt", ENTRIES));
    const contract = completeContract(manifest, "best.ckpt");
    fc.assert(
      fc.property(fc.double({ min: -4, max: 4, noNaN: true }), (z) => {
        const corrected = z - (ENTRIES.slope * z + ENTRIES.bias);
        expect(toMonths(z, contract)).toBeCloseTo(corrected * 61.5 + 81, 3);
      }),
    );
  });

  test("takes slope and bias as months where an option states it, or where there are none yet", async () => {
    const months = await merged(checkpoint("best.ckpt", ENTRIES), current, { biasUnit: "months" });
    expect(months.manifest).toMatchObject({ biasSlope: -0.165, biasIntercept: -0.775 });
    const early = await merged(checkpoint("best.ckpt", { ...ENTRIES, slope: 0, bias: 0 }));
    expect(early.manifest).toMatchObject({ biasSlope: 0, biasIntercept: 0 });
  });

  test("without hyper-parameters lacks the fields that no source has", async () => {
    const { manifest } = await merged(checkpoint("best.ckpt"), { ...current, sexDcs: 0 });
    expect(manifest.sexEncoding).toBe("none");
    expect(() => completeContract(manifest, "best.ckpt")).toThrow(
      /inputSize, maskNeeded, ageMeanMonths, ageSdMonths/,
    );
  });
});

describe("a legacy checkpoint", () => {
  test("of a published stem has the published constants, whatever its hyper-parameters say", async () => {
    const file = "models/masked_effnet_supShal_highRes_fancy_aug.ckpt";
    const entries = { hyper_parameters: { input_size: [512, 512] } };
    const { manifest, origins } = await merged(checkpoint(file, entries), legacy);
    expect(completeContract(manifest, file)).toMatchObject({
      inputSize: [1, 1024, 1024],
      ageMeanMonths: 127.31657409667969,
      ageSdMonths: 41.17934799194336,
      biasSlope: 0.0432,
      biasIntercept: -4.7941,
    });
    expect(origins.get("biasSlope")).toBe("published table");
  });

  test("finds its constants in parameters.yml by its stem", async () => {
    const folder = await temporaryFolder();
    const parameters = join(folder, "parameters.yml");
    await writeFile(
      parameters,
      "# months\nage_mean: 120.5\nage_sd: 40\nmine:\n  slope: 0.05\n  intercept: -4.5e0\nother:\n  slope: 1\n  intercept: 2\n",
    );
    const entries = { hyper_parameters: { input_size: [128, 256] } };
    const { manifest, origins } = await merged(checkpoint("x/mine.ckpt", entries), legacy, { parameters });
    expect(manifest).toMatchObject({
      inputSize: [1, 128, 256],
      ageMeanMonths: 120.5,
      ageSdMonths: 40,
      biasSlope: 0.05,
      biasIntercept: -4.5,
    });
    expect(origins.get("biasSlope")).toBe(parameters);
    await expect(merged(checkpoint("x/yours.ckpt"), legacy, { parameters })).rejects.toThrow(
      /no entry for 'yours'; there are entries for mine, other/,
    );
  });
});

describe("parameters for checkpoints of the older network alone", () => {
  const place = async () => {
    const folder = await temporaryFolder();
    await writeTree(folder, {
      "data/parameters.yml": "age_mean: 120.5\nage_sd: 40\nmine: {slope: 0.05, intercept: -4}\n",
    });
    return folder;
  };

  test("count for those, and give one without an entry its age scale", async () => {
    const legacyParameters = join(await place(), "data/parameters.yml");
    const mine = await merged(checkpoint("x/mine.ckpt"), legacy, { legacyParameters });
    expect(mine.manifest).toMatchObject({ ageMeanMonths: 120.5, ageSdMonths: 40, biasSlope: 0.05 });
    expect(mine.origins.get("biasSlope")).toBe(legacyParameters);
    const yours = await merged(checkpoint("x/yours.ckpt"), legacy, { legacyParameters });
    expect(yours.manifest).toMatchObject({ ageMeanMonths: 120.5, ageSdMonths: 40 });
    expect(yours.manifest.biasSlope).toBe(0);
    const newer = await merged(checkpoint("x/mine.ckpt"), current, { legacyParameters });
    expect(newer.manifest.ageMeanMonths).toBe(undefined);
  });

  test("are not looked for: the library reads no file that is not named", async () => {
    const before = process.cwd();
    process.chdir(await place());
    try {
      expect((await merged(checkpoint("x/mine.ckpt"), legacy)).manifest.ageMeanMonths).toBe(undefined);
    } finally {
      process.chdir(before);
    }
  });
});

test.each([
  ["age_mean: [", /flow sequence|flow collection/i],
  ["age_mean: old", /age_mean/],
  ["mine: 3", /slope and intercept must be numbers/],
])("a parameters.yml of %j is refused with a reason", async (text, reason) => {
  const parameters = join(await temporaryFolder(), "parameters.yml");
  await writeFile(parameters, text);
  await expect(merged(checkpoint("mine.ckpt"), legacy, { parameters })).rejects.toThrow(reason);
});
