/**
 * The reference service's mask network: pictures to masks, from its own weights' names to its own masks
 * (native/test/mask_network_test.cc and mask_hand_test.cc hold the network and the choice of the hand by themselves).
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { decodePicture } from "../../src/image/decodePicture.js";
import { type ImagePlan, type ModelHandle, native } from "../../src/native.js";
import { npyItem } from "../helpers/npy.js";
import { type TensorEntry, writeRuleMade } from "../helpers/rule.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

interface Service {
  mask_network: { weight_seed: number; gain: number; state_dict: TensorEntry[] };
  requests: { image: string | null; mask?: { file: string; pixels: number; shape: [number, number] } }[];
}
const service = JSON.parse(await readFile(fixture("parity/service/service.json"), "utf8")) as Service;
const SIDE = 512;
const PLAN: ImagePlan = {
  height: SIDE,
  width: SIDE,
  depth: "8bit",
  background: "none",
  maskCropSize: -1,
  equalizeBins: 0,
  flip: false,
  rotationAngle: 0,
  fit: "pad",
  resize: "linear",
  augmentation: null,
};

async function maskPixels(file: string): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

const lit = (mask: Uint8Array) => mask.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);

describe("the hand in a map of probabilities", () => {
  const cases = [
    "largest_confident",
    "largest_not_confident",
    "hole",
    "none_confident",
    "ring_with_confident_inside",
  ];

  test.each(cases.map((name, index) => ({ name, index })))("$name", async ({ index }) => {
    const probability = npyItem(fixture("parity/service/hand_probability_6x96x96.npy"), index);
    const { data } = await maskPixels(fixture("parity/service/hand_mask_sheet_96x96.png"));
    const expected = data.subarray(index * 96 * 96, (index + 1) * 96 * 96);
    const found = await native().findHand(probability, 96, 96, 96, 0.25, 0.99);
    expect(found!.mask.map((value) => (value > 0 ? 1 : 0))).toEqual(
      Uint8Array.from(expected, (value) => (value > 0 ? 1 : 0)),
    );
  });

  test("no foreground is no hand", async () => {
    const probability = npyItem(fixture("parity/service/hand_probability_6x96x96.npy"), 5);
    await expect(native().findHand(probability, 96, 96, 96, 0.25, 0.99)).resolves.toBeNull();
  });
});

describe("pictures", () => {
  let model: ModelHandle;

  beforeAll(async () => {
    const { state_dict, weight_seed: seed, gain } = service.mask_network;
    const file = join(await temporaryFolder(), "mask.safetensors");
    await writeRuleMade(file, state_dict, { seed, gain });
    const network = await native().buildMaskNetwork({ filters: 32, kernel: 5 });
    const checkpoint = await native().readCheckpoint(file);
    const { state_dict: tensors } = JSON.parse(checkpoint.json) as { state_dict: Record<string, unknown> };
    const assignments = Object.keys(tensors).map((name, tensor) => ({ name, tensor, sumChannels: false }));
    const mismatch = await native().assignTensors(network, checkpoint.handle, assignments, false);
    expect(mismatch).toEqual({ missing: [], unexpected: [], shapes: [] });
    const settings = { device: "cpu", threads: 0, precision: "32", optimize: true, trust: false } as const;
    model = await native().loadModel(network, { ...settings, weightsDigest: "" });
  });

  // Hash noise for weights gives logits of ±40, and nearly everywhere a probability of 0 or 1.
  test.each(["a.png", "b.png", "l.png"])("%s", async (name) => {
    const { mask } = service.requests.find(({ image }) => image === name)!;
    const picture = await decodePicture(fixture(`parity/preprocess/inputs/${name}`), { role: "image" });
    const batch = native().createBatch(1, SIDE, SIDE);
    await native().fillSlot(batch, 0, picture, null, PLAN);
    const normalisation = { method: "interval", mean: [0], sd: [1] } as const;
    const probability = await native().predictMasks(model, batch, Int32Array.of(0), 1, {
      ...normalisation,
      mean: [0],
      sd: [1],
    });
    const { width, height } = picture;
    expect([height, width]).toEqual(mask!.shape);
    const found = await native().findHand(probability, SIDE, width, height, 0.25, 0.99);
    await native().dispose(batch);
    const expected = await maskPixels(fixture(`parity/service/${mask!.file}`));
    expect(found === null ? 0 : lit(found.mask)).toBe(mask!.pixels);
    const actual = found?.mask ?? new Uint8Array(width * height);
    const different = actual.reduce(
      (count, value, i) => count + (value > 0 !== expected.data[i]! > 0 ? 1 : 0),
      0,
    );
    expect(different).toBe(0);
  });
});
