/** ImageNet weights by the names that torchvision and efficientnet_pytorch save (test/fixtures/imagenet/make.py). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshNetwork } from "../../../src/checkpoint/freshNetwork.js";
import { imagenetNames } from "../../../src/checkpoint/imagenet.js";
import { saveNetwork } from "../../../src/checkpoint/saveNetwork.js";
import { native } from "../../../src/native.js";
import { networkConfig } from "../../../src/options/network.js";
import { networkSettings } from "../../../src/options/train/modelSettings.js";
import { difference } from "../../helpers/difference.js";
import { ruleTensor, type TensorEntry, writeRuleMade } from "../../helpers/rule.js";
import { readFloats } from "../../helpers/safetensors.js";
import { temporaryFolder } from "../../helpers/temporary.js";
import { fixture } from "../../helpers/testData.js";

type States = Record<string, TensorEntry[]>;
const read = async (path: string) => JSON.parse(await readFile(fixture(path), "utf8")) as States;
const LIBRARIES = ["torchvision", "efficientnet_pytorch"] as const;
const theirs = {
  torchvision: await read("imagenet/torchvision.json"),
  efficientnet_pytorch: await read("imagenet/efficientnet_pytorch.json"),
};
const ours = await read("parity/networks/state_dicts.json");

/** Our tensors of a backbone without its prefix: the reference's own list. */
function backboneEntries(backbone: string): TensorEntry[] {
  const [name, prefix] =
    backbone === "inceptionv3"
      ? ["inceptionv3_sex_input", "backbone.features."]
      : [`${backbone.slice("efficientnet-".length)}_sex_input`, "backbone.base."];
  const entries = ours[name]!.filter(([tensor]) => tensor.startsWith(prefix));
  return entries.map(([tensor, shape]) => [tensor.slice(prefix.length), shape]);
}

const CASES = LIBRARIES.flatMap((library) =>
  Object.keys(theirs[library]).map((name) => [library, name] as const),
);

describe.each(CASES)("%s's %s", (library, backbone) => {
  const entries = theirs[library][backbone]!;
  const names = imagenetNames(
    "x.pth",
    entries.map(([name]) => name),
    backbone,
  );

  test("has every tensor of our backbone behind the stem, of the same shape and in the same order", () => {
    const isStem = (name: string) => /^(_conv_stem|0|1)\./.test(name);
    const wanted = backboneEntries(backbone).filter(([name]) => !isStem(name));
    const shapes = new Map(entries.map(([name, shape]) => [name, shape]));
    const offered = [...names].map(([their, our]) => [our, shapes.get(their)]);
    // Modules in torchvision's order of construction: within a module and along the network the same as ours.
    expect(offered.filter(([name]) => !isStem(name as string))).toEqual(wanted);
  });
});

test("another network's weights are refused", () => {
  expect(() => imagenetNames("x.pth", ["conv1.weight"], "efficientnet-b0")).toThrow(/does not hold ImageNet/);
});

describe("a network that starts from ImageNet weights", () => {
  const config = networkConfig(networkSettings.parse({}));
  const weights = theirs.torchvision["efficientnet-b0"]!;

  async function started(stem: "fresh" | "sum"): Promise<Map<string, Float32Array>> {
    const folder = await temporaryFolder();
    const [from, out] = [join(folder, "imagenet.safetensors"), join(folder, "out.safetensors")];
    await writeRuleMade(from, weights, { seed: 3, gain: 1 });
    const handle = await freshNetwork(config, { seed: 1, from, stem });
    await saveNetwork({ handle, config, manifest: {} }, out, "safetensors");
    await native().dispose(handle);
    return readFloats(out);
  }

  /** A tensor of the file, as the rule makes it. */
  const rule = (name: string) => ruleTensor(weights.find(([tensor]) => tensor === name)!, 3, 1);

  test("has them in its backbone, a stem of its own, and random dense layers", async () => {
    const state = await started("fresh");
    expect(state.get("backbone.base._blocks.1._bn1.running_var")).toEqual(
      rule("features.2.0.block.1.1.running_var"),
    );
    expect(state.get("backbone.base._blocks.15._se_reduce.weight")).toEqual(
      rule("features.7.0.block.2.fc1.weight"),
    );
    expect(state.get("backbone.base._bn0.weight")).toEqual(rule("features.0.1.weight"));
    // PyTorch's own distribution: uniform within 1 / sqrt(9), the square root of the fan-in.
    const stem = state.get("backbone.base._conv_stem.weight")!;
    expect(stem.every((value) => Math.abs(value) <= 1 / 3) && new Set(stem).size > 200).toBe(true);
  });

  test("may have the stem's sum over the colours", async () => {
    const state = await started("sum");
    const colour = rule("features.0.0.weight");
    const sum = Float32Array.from({ length: 32 * 9 }, (_, i) => {
      const [filter, place] = [Math.floor(i / 9), i % 9];
      return [0, 1, 2].reduce((total, channel) => total + colour[filter * 27 + channel * 9 + place]!, 0);
    });
    expect(difference(state.get("backbone.base._conv_stem.weight")!, sum).maximum).toBeLessThan(1e-6);
  });

  test("of another member are refused with what does not fit", async () => {
    const from = join(await temporaryFolder(), "imagenet.safetensors");
    await writeRuleMade(from, weights, { seed: 3, gain: 1 });
    const b1 = { ...config, backbone: "efficientnet-b1" };
    await expect(freshNetwork(b1, { seed: 1, from })).rejects.toThrow(
      /does not fit efficientnet-b1.*missing/,
    );
  });
});

describe("a ConvNeXt V2 that starts from timm's weights", () => {
  const config = networkConfig(networkSettings.parse({ backbone: "convnextv2-atto" }));
  const states = readFile(fixture("parity/convnext/networks/state_dicts.json"), "utf8");

  /** timm's file: the published network's backbone with a stem for three colours, and a classifier. */
  async function timms(): Promise<TensorEntry[]> {
    const atto = JSON.parse(await states).convnextv2_atto as TensorEntry[];
    const backbone = atto.flatMap(([name, shape]): TensorEntry[] => {
      const own = name.replace("net0.backbone.", "");
      return own.startsWith("net0.") ? [] : [[own, own === "stem.0.weight" ? [40, 3, 4, 4] : shape]];
    });
    return [...backbone, ["head.fc.weight", [10, 320]], ["head.fc.bias", [10]]];
  }

  test.each(["fresh", "sum"] as const)("has them in its backbone, and a stem that is %s", async (stem) => {
    const folder = await temporaryFolder();
    const [from, out] = [join(folder, "timm.safetensors"), join(folder, "out.safetensors")];
    const weights = await timms();
    await writeRuleMade(from, weights, { seed: 3, gain: 1 });
    const handle = await freshNetwork(config, { seed: 1, from, stem });
    await saveNetwork({ handle, config, manifest: {} }, out, "safetensors");
    await native().dispose(handle);
    const state = await readFloats(out);
    const rule = (name: string) => ruleTensor(weights.find(([tensor]) => tensor === name)!, 3, 1);
    for (const name of [
      "stem.1.weight",
      "stages.2.blocks.5.mlp.grn.weight",
      "stages.3.downsample.1.bias",
      "head.norm.bias",
    ])
      expect(state.get(`backbone.convnext.${name}`)).toEqual(rule(name));
    const found = state.get("backbone.convnext.stem.0.weight")!;
    if (stem === "fresh") {
      const squares = found.reduce((sum, value) => sum + value * value, 0);
      expect(Math.sqrt(squares / found.length)).toBeCloseTo(0.02, 2);
      return;
    }
    const colour = rule("stem.0.weight");
    const sum = Float32Array.from({ length: 40 * 16 }, (_, i) => {
      const [filter, place] = [Math.floor(i / 16), i % 16];
      return [0, 1, 2].reduce((total, channel) => total + colour[filter * 48 + channel * 16 + place]!, 0);
    });
    expect(difference(found, sum).maximum).toBeLessThan(1e-6);
  });

  test("is not taken by another backbone", async () => {
    const names = (await timms()).map(([name]) => name);
    expect(() => imagenetNames("x", names, "efficientnet-b0")).toThrow(/does not hold ImageNet weights/);
    expect(() => imagenetNames("x", ["_conv_stem.weight"], "convnextv2-atto")).toThrow(
      /ImageNet weights of convnextv2-atto/,
    );
  });
});
