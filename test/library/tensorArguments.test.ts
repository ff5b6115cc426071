/** Tensors as arguments of `forward`, `step` and `evaluate`, and a few single values. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BoneAgeModel,
  createTrainer,
  DeeplasiaError,
  isFailure,
  loadModel,
  type Trainer,
} from "../../src/index.js";
import { BLANK, MODEL, SHAPE } from "../helpers/argumentModel.js";
import { loose, refusal } from "../helpers/refusal.js";
import { LEARNS } from "../helpers/trainer.js";

let model: BoneAgeModel;
let trainer: Trainer;

beforeAll(async () => {
  model = await loadModel(MODEL);
  trainer = await createTrainer(LEARNS);
});
afterAll(async () => {
  await model.dispose();
  await trainer.dispose();
});

describe("tensors", () => {
  const calls: [string, (data: unknown, shape: unknown, male: unknown) => unknown][] = [
    ["forward", (data, shape, male) => loose(model.forward).call(model, data, shape, male)],
    ["step", (data, shape, male) => loose(trainer.step).call(trainer, data, shape, male, [0, 0])],
    ["evaluate", (data, shape, male) => loose(trainer.evaluate).call(trainer, data, shape, male)],
  ];

  test.each(calls)("%s: the sex of each row is 1 or 0", async (_, call) => {
    for (const male of [
      ["M", "F"],
      [2, 0],
      [0.5, 0],
      [Number.NaN, 0],
      [true, false],
      [1],
      [1, 0, 1],
      [1n, 0n],
      [1, undefined],
      "10",
      3,
      new Set([1, 0]),
      null,
      undefined,
    ])
      expect((await refusal(() => call(BLANK, SHAPE, male))).message).toMatch(/male/);
  });

  test.each(calls)(
    "%s: a shape is four whole numbers, and has as many values as there are",
    async (_, call) => {
      for (const shape of [
        null,
        3,
        "2",
        [2, 1, 32],
        [2, 1, 32, 32, 1],
        [0, 1, 32, 32],
        [-2, 1, 32, 32],
        [2.5, 1, 32, 32],
        ["2", 1, 32, 32],
        [Number.NaN, 1, 32, 32],
        [1, 1, 32, 32],
        [1e300, 1, 1, 1],
      ])
        expect((await refusal(() => call(BLANK, shape, [1, 0]))).message).toMatch(/shape/);
      for (const data of [null, undefined, [0, 0], new Float64Array(2048), Buffer.alloc(8192), "x"])
        expect((await refusal(() => call(data, SHAPE, [1, 0]))).message).toMatch(/data .*Float32Array/);
    },
  );

  test("forward names the value that is not finite", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(BLANK.length - 1),
        fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
        async (i, value) => {
          const data = BLANK.with(i, value);
          const error = await refusal(() => model.forward(data, SHAPE, [1, 0]));
          expect(error.message).toBe(`data[${i}] is ${value}: it must be a finite number`);
        },
      ),
      { numRuns: 20 },
    );
  });

  test("targets are numbers, one a row", async () => {
    for (const target of [null, undefined, ["a", "b"], [1], 3, {}])
      expect(
        (await refusal(() => loose(trainer.step).call(trainer, BLANK, SHAPE, [1, 0], target))).message,
      ).toMatch(/targetAgeZ/);
  });
});

test("isFailure takes anything, and a rate is a number", () => {
  expect([null, undefined, 3, {}, { code: "x" }].map(loose(isFailure))).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
  for (const rate of [null, undefined, "1", Number.NaN, -1])
    expect(() => loose(trainer.setLearningRate).call(trainer, rate)).toThrow(DeeplasiaError);
});
