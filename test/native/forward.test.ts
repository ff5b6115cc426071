import { describe, expect, test } from "vitest";
import { native } from "../../src/native.js";
import { CPU, modelFile, uniform, withModel } from "../helpers/model.js";

/** Returns the ages of one picture for each value. */
const ages = (name: string, values: number[], sex: number[] | null, channels = 1) =>
  withModel(name, async (model) => {
    const outputs = await native().forward(
      model,
      ...uniform(values, channels),
      sex && Float32Array.from(sex),
    );
    return [...outputs.age];
  });

describe("forward", () => {
  test.each([
    ["scripted", "mean-plus-sex", [0.25, 0.5], [1, 0], 1, [0.75, 0.5]],
    ["traced", "traced", [0.25, 0.5], [1, 0], 1, [0.75, 0.5]],
    ["without sex input", "one-input", [0.25, 0.5, 1], null, 1, [0.25, 0.5, 1]],
    ["three channels", "three-channels", [0.25], [1], 3, [2]],
    ["months", "months-output", [0, 1], [1, 0], 1, [100, 200]],
    ["one row", "mean-plus-sex", [-2], [0], 1, [-2]],
    ["NaN", "nan-output", [0], [0], 1, [Number.NaN]],
  ])("%s: one value a row", async (_, name, values, sex, channels, expected) => {
    expect(await ages(name, values, sex, channels)).toEqual(expected);
  });

  test("the second output of a tuple is the sex logit; without one it is null", async () => {
    const run = (name: string) =>
      withModel(name, (model) => native().forward(model, ...uniform([0.25, 0.25]), Float32Array.of(1, 0)));
    expect(await run("tuple-age-sex")).toEqual({
      age: Float32Array.of(0.75, 0.25),
      sexLogit: Float32Array.of(2, -2),
      expectation: null,
      features: null,
    });
    expect((await run("mean-plus-sex")).sexLogit).toBeNull();
  });

  test("an attribute that the model changes stays changed", async () => {
    await withModel("counts-calls", async (model) => {
      const call = async () => (await native().forward(model, ...uniform([0]), Float32Array.of(0))).age[0];
      expect([await call(), await call(), await call()]).toEqual([0, 1, 2]);
    });
  });

  test("arrays are copied: changing them while the network runs has no effect", async () => {
    await withModel("mean-plus-sex", async (model) => {
      const [data, shape] = uniform([0.25, 0.5]);
      const sex = Float32Array.of(1, 0);
      const running = native().forward(model, data, shape, sex);
      data.fill(9);
      sex.fill(9);
      shape.fill(9);
      expect([...(await running).age]).toEqual([0.75, 0.5]);
    });
  });

  test("a view into a larger buffer is read at its own offset", async () => {
    await withModel("one-input", async (model) => {
      const data = new Float32Array(new Float32Array(3 * 1024).fill(0.5, 1024, 2048).buffer, 4096, 1024);
      expect((await native().forward(model, data, [1, 1, 32, 32], null)).age[0]).toBe(0.5);
    });
  });

  test("calls on one model are answered in order", async () => {
    await withModel("counts-calls", async (model) => {
      const calls = Array.from({ length: 20 }, () =>
        native().forward(model, ...uniform([0]), Float32Array.of(0)),
      );
      expect((await Promise.all(calls)).map(({ age }) => age[0])).toEqual(calls.map((_, i) => i));
    });
  });
});

describe("a forward that fails", () => {
  test.each([
    ["raises", "throws", [0], [0], 1, "this model refuses every picture"],
    [
      "meets shapes that do not fit",
      "throws-on-bright",
      [0, 1],
      [0, 0],
      1,
      "mat1 and mat2 shapes cannot be multiplied",
    ],
    [
      "gets one channel instead of three",
      "three-channels",
      [0],
      [0],
      1,
      "to have 3 channels, but got 1 channels instead",
    ],
    ["gets no sex", "mean-plus-sex", [0], null, 1, "missing value for argument 'male'"],
    ["gets a sex that it has no input for", "one-input", [0], [0], 1, "cannot be given the sex"],
  ])("%s: one clean line with the reason", async (_, name, values, sex, channels, reason) => {
    const error = await ages(name, values, sex, channels).catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({
      code: "ERR_DEEPLASIA_MODEL_FORWARD",
      message: expect.stringContaining(reason),
    });
    const { message } = error as Error;
    expect(message).not.toMatch(/Traceback|Exception raised|frame #|\.py"|<--- HERE|^\s|\s$/);
    expect(message.trim().split("\n")).toHaveLength(1);
  });

  test.each([
    ["two values a picture", "wrong-shape", [0, 0], "has shape [2, 2] for 2 picture(s)"],
    ["text", "not-a-tensor", [0], "not a tensor"],
  ])("%s is no output", async (_, name, values, reason) => {
    await expect(ages(name, values, values)).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_MODEL_SHAPE",
      message: expect.stringContaining(reason),
    });
  });

  test("leaves the model usable", async () => {
    await withModel("throws-on-bright", async (model) => {
      const run = (value: number) => native().forward(model, ...uniform([value]), Float32Array.of(1));
      await expect(run(1)).rejects.toThrow();
      expect([...(await run(0.25)).age]).toEqual([0.75]);
    });
  });
});

describe("arguments of forward that would corrupt memory", () => {
  const many = 2 ** 20;
  test.each<[string, unknown[], string]>([
    ["too few values", [new Float32Array(3), [1, 1, 2, 2], null], "B * C * H * W"],
    [
      "a shape whose product overflows to 0",
      [new Float32Array(0), [many, many, many, many], null],
      "B * C * H * W",
    ],
    ["three sides", [new Float32Array(4), [1, 2, 2], null], "four positive integers"],
    ["an empty batch", [new Float32Array(0), [0, 1, 2, 2], null], "four positive integers"],
    ["a negative side", [new Float32Array(4), [-1, -1, 2, 2], null], "four positive integers"],
    ["no shape", [new Float32Array(4), undefined, null], "shape must be an object"],
    ["doubles", [new Float64Array(4), [1, 1, 2, 2], null], "Float32Array"],
    ["a plain array", [[1, 2, 3, 4], [1, 1, 2, 2], null], "Float32Array"],
    [
      "sex of another length",
      [new Float32Array(4), [1, 1, 2, 2], new Float32Array(2)],
      "sex must be as long",
    ],
    ["sex as a plain array", [new Float32Array(4), [1, 1, 2, 2], [1]], "sex must be a Float32Array or null"],
    ["no sex at all", [new Float32Array(4), [1, 1, 2, 2]], "sex must be a Float32Array or null"],
  ])("%s", async (_, [data, shape, sex], message) => {
    await withModel("one-input", async (model) => {
      expect(() => native().forward(model, data as never, shape as never, sex as never)).toThrow(message);
    });
  });
});

describe("facts and devices", () => {
  test("a model returns its size and its inputs", async () => {
    await withModel("mean-plus-sex", async (model) => {
      expect(native().modelFacts(model)).toEqual({
        parameters: 3,
        buffers: 3,
        bytes: 28,
        inputs: 2,
        hasFeatures: false,
        schema: expect.stringContaining("Tensor male"),
        device: "cpu",
        kernels: expect.stringMatching(/^(avx512|avx2|plain)$/),
        kernelBlocks: 0,
        convolutions: 0,
      });
    });
  });

  test.each([
    ["a word that is none", { device: "gpu" }, "'gpu' is not a device"],
    ["a CUDA device that is not there", { device: "cuda:99" }, "cuda:99"],
    ["16 bits on the CPU", { precision: "16" as const }, "16-bit floating point needs a CUDA device"],
  ])("%s is refused", async (_, options, message) => {
    const loading = async () => native().loadModel(modelFile("traced"), { ...CPU, ...options });
    await expect(loading()).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_DEVICE",
      message: expect.stringContaining(message),
    });
  });

  test("bfloat16 and the unfolded network are close to float32", async () => {
    for (const options of [{ precision: "bf16" as const }, { optimize: false }, { threads: 1 }]) {
      const model = await native().loadModel(modelFile("three-channels"), { ...CPU, ...options });
      const { age } = await native().forward(model, ...uniform([0.3], 3), Float32Array.of(1));
      expect(age[0], JSON.stringify(options)).toBeCloseTo(2.3, 1);
      await native().dispose(model);
    }
  });
});
