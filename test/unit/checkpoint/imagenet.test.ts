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
