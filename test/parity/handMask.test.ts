/**
 * The reference service's mask network: pictures to masks, from its own weights' names to its own masks
 * (native/test/mask_network_test.cc and mask_hand_test.cc hold the network and the choice of the hand by themselves).
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodePicture } from "../../src/image/decodePicture.js";
import { loadHandMaskModel } from "../../src/model/loadHandMaskModel.js";
import { native } from "../../src/native.js";
import { npyItem } from "../helpers/npy.js";
import { type TensorEntry, writeRuleMade } from "../helpers/rule.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

interface Service {
  mask_network: { weight_seed: number; gain: number; state_dict: TensorEntry[] };
  requests: { image: string | null; mask?: { file: string; pixels: number; shape: [number, number] } }[];
}
const service = JSON.parse(await readFile(fixture("parity/service/service.json"), "utf8")) as Service;
async function maskPixels(file: string): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

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

// Hash noise for weights gives logits of ±40, and nearly everywhere a probability of 0 or 1. In l.png the region that
// is chosen lies beside the picture, in the square round it: no pixel of the picture is the hand.
test("pictures become the masks of the reference's service", async () => {
  const { state_dict, weight_seed: seed, gain } = service.mask_network;
  const file = join(await temporaryFolder(), "mask.safetensors");
  await writeRuleMade(file, state_dict, { seed, gain });
  await using model = await loadHandMaskModel(file, { device: "cpu" });
  for (const name of ["a.png", "b.png", "l.png"]) {
    const { mask } = service.requests.find(({ image }) => image === name)!;
    const picture = await decodePicture(fixture(`parity/preprocess/inputs/${name}`), { role: "image" });
    const found = await model.find(picture);
    const expected = await maskPixels(fixture(`parity/service/${mask!.file}`));
    const actual = found?.mask ?? new Uint8Array(picture.width * picture.height);
    const isLit = (values: Uint8Array) => Uint8Array.from(values, (value) => (value > 0 ? 1 : 0));
    expect([picture.height, picture.width], name).toEqual(mask!.shape);
    expect(isLit(actual), name).toEqual(isLit(expected.data));
    expect(found?.area ?? 0, name).toBe(mask!.pixels);
  }
});

test("a bone-age model is no hand-mask model", async () => {
  await expect(loadHandMaskModel(fixture("models/mean-plus-sex.pt"))).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_MODEL_KIND",
  });
});
