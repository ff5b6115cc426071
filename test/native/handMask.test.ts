/** Mask networks through the addon: targets, training, and arguments that would corrupt memory. */
import { describe, expect, test } from "vitest";
import { type ImagePlan, native, type RawPicture, type TrainerSettings } from "../../src/native.js";
import { plainPlan } from "../helpers/chain.js";
import { withModel } from "../helpers/model.js";
import { PLAIN_SETTINGS } from "../helpers/trainerSettings.js";

const SIDE = 64;
const PLAN: ImagePlan = { ...plainPlan(SIDE, SIDE), depth: "8bit", fit: "pad" };
const INTERVAL = { method: "interval", mean: [0], sd: [1] } as const;
const NONE = { method: "none", mean: [0], sd: [1] } as const;
const how = (normalisation: typeof INTERVAL | typeof NONE) => ({
  ...normalisation,
  mean: [...normalisation.mean],
  sd: [...normalisation.sd],
});

const SETTINGS: TrainerSettings = { ...PLAIN_SETTINGS, clipping: { by: "norm", limit: 1 } };

async function hardPhantom(index: number): Promise<{ picture: RawPicture; mask: RawPicture }> {
  const drawn = await native().drawPhantom({
    ...{ seed: 3, index, maleShare: 0.5, minAgeMonths: 24, maxAgeMonths: 200 },
    ...{ sizes: [96], depth: "8", hard: true },
  });
  const { width, height } = drawn;
  const raw = { width, height, channels: 1, depth: 8, luma: "png" } as const;
  return { picture: { ...raw, data: drawn.image }, mask: { ...raw, data: drawn.mask } };
}

test("a target is the mask in the geometry of its picture", async () => {
  const { mask } = await hardPhantom(1);
  const batch = native().createBatch(1, SIDE, SIDE);
  await native().fillTarget(batch, 0, mask, mask, PLAN);
  const target = await native().readBatch(batch, Int32Array.of(0), 1, how(NONE));
  await native().dispose(batch);
  expect(new Set(target)).toEqual(new Set([0, 1]));
  const share = (values: Iterable<number>, whole: number) => {
    let lit = 0;
    for (const value of values) lit += value > 0 ? 1 : 0;
    return lit / whole;
  };
  const square = Math.max(mask.width, mask.height) ** 2;
  expect(Math.abs(share(target, SIDE * SIDE) - share(mask.data, square))).toBeLessThan(0.01);
});

test("a mask network learns from slots", async () => {
  const network = await native().buildMaskNetwork({ filters: 4, kernel: 3, maxFilters: 4 });
  await native().initialiseNetwork(network, 1);
  const trainer = await native().createTrainer(network, SETTINGS);
  const [pictures, targets] = [native().createBatch(2, SIDE, SIDE), native().createBatch(2, SIDE, SIDE)];
  for (const slot of [0, 1]) {
    const { picture, mask } = await hardPhantom(slot);
    await native().fillSlot(pictures, slot, picture, null, PLAN);
    await native().fillTarget(targets, slot, mask, picture, PLAN);
  }
  const slots = Int32Array.of(0, 1);
  const input = { batch: pictures, slots, channels: 1, normalisation: how(INTERVAL) };
  const mask = { batch: targets, slots, channels: 1, normalisation: how(NONE) };
  const facts = { sex: null, age: null, male: null };
  const losses: number[] = [];
  for (let i = 0; i < 25; i++) {
    const step = await native().trainStep(trainer, input, { ...facts, mask }, 0.01, 1, false, []);
    expect(step.ageZ).toHaveLength(0);
    expect(step.dice).toHaveLength(2);
    expect(step.ageLoss).toBeNull();
    losses.push(step.loss!);
  }
  expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
  const wrong = { ...mask, slots: Int32Array.of(0) };
  expect(() => native().trainStep(trainer, input, { ...facts, mask: wrong }, 0.01, 1, false, [])).toThrow(
    "as many masks as pictures",
  );
  expect(() => native().trainStep(trainer, input, { ...facts, mask: null }, 0.01, 1, false, [])).toThrow(
    "age or mask must be given",
  );
  await Promise.all([trainer, pictures, targets].map((handle) => native().dispose(handle)));
});

describe("models and arguments that do not fit are refused", () => {
  test("a model without a mask output", async () => {
    await withModel("mean-plus-sex", async (model) => {
      const batch = native().createBatch(1, SIDE, SIDE);
      const { picture } = await hardPhantom(0);
      await native().fillSlot(batch, 0, picture, null, PLAN);
      await expect(
        native().predictMasks(model, batch, Int32Array.of(0), 1, how(INTERVAL)),
      ).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_DEEPLASIA_MODEL_(FORWARD|SHAPE)$/) });
      await native().dispose(batch);
    });
  });

  test("probabilities of another size", () => {
    const find = (values: number, side: number, width = 4, height = 4) =>
      native().findHand(new Float32Array(values), side, width, height, 0.25, 0.99);
    expect(() => find(15, 4)).toThrow("side * side");
    expect(() => find(16, 4, 0)).toThrow("must be positive");
  });
});
