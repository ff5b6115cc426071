import { describe, expect, test } from "vitest";
import type { BoneAgeModel } from "../../../src/model/boneAgeModel.js";
import { chooseDevice } from "../../../src/model/device.js";
import { loadModel } from "../../../src/model/loadModel.js";
import { native } from "../../../src/native.js";
import type { LoadModelOptions } from "../../../src/options/calls/loadModelOptions.js";
import { fixture } from "../../helpers/testData.js";

async function withModel<T>(
  name: string,
  use: (model: BoneAgeModel) => Promise<T>,
  options: LoadModelOptions = {},
) {
  const model = await loadModel(fixture(`models/${name}.pt`), { device: "cpu", ...options });
  try {
    return await use(model);
  } finally {
    await model.dispose();
  }
}

/** Two pictures of 32 x 32 whose values are all 0.25 and 0.75. */
const pictures = new Float32Array(2 * 32 * 32).fill(0.25, 0, 1024).fill(0.75, 1024);

describe("forward", () => {
  test("gives one value a row, and the sex where there is a head", () =>
    withModel("tuple-age-sex", async (model) => {
      const { ageZ, sexLogit } = await model.forward(pictures, [2, 1, 32, 32], [1, 0]);
      expect([...ageZ!]).toEqual([0.75, 0.75]);
      expect([...sexLogit!]).toEqual([2, -2]);
      expect(model.hasSexHead).toBe(true);
    }));

  test("takes 1 = male whatever the network's own encoding", () =>
    withModel(
      "mean-plus-sex",
      async (model) => {
        const { ageZ } = await model.forward(pictures, [2, 1, 32, 32], [1, 0]);
        expect([...ageZ!]).toEqual([0.25, 1.25]);
      },
      { contract: { sexEncoding: "female-1" } },
    ));

  test("needs no sex for a network without that input", () =>
    withModel("one-input", async (model) => {
      expect([...(await model.forward(pictures, [2, 1, 32, 32])).ageZ!]).toEqual([0.25, 0.75]);
    }));

  test("names the unit of the ages: months are no z-scores", async () => {
    await withModel("months-output", async (model) => {
      const { ageZ, rawMonths } = await model.forward(pictures, [2, 1, 32, 32], [1, 0]);
      expect(ageZ).toBe(null);
      expect([...rawMonths!]).toEqual([125, 175]);
    });
    await withModel("one-input", async (model) => {
      expect((await model.forward(pictures, [2, 1, 32, 32])).rawMonths).toBe(null);
    });
  });

  test("refuses shapes and sexes that do not fit, naming both", () =>
    withModel("mean-plus-sex", async (model) => {
      await expect(model.forward(pictures, [3, 1, 32, 32], [1, 0, 0])).rejects.toThrow(
        /2048 values, but shape .* 3072/,
      );
      await expect(model.forward(pictures, [2, 1, 32, 32], [1])).rejects.toThrow(/1 value for 2 rows/);
      await expect(model.forward(pictures, [2, 1, 32, 32])).rejects.toThrow(/needs the sex/);
    }));

  test.each(["traced-dropout", "traced-batch-norm"])(
    "refuses %s, of which a picture's age is not its own",
    (name) =>
      expect(withModel(name, async () => {})).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_MODEL_UNSTABLE",
        remedy: expect.stringMatching(/model\.eval\(\)/),
      }),
  );

  test("after dispose rejects with a message about it", async () => {
    const model = await loadModel(fixture("models/mean-plus-sex.pt"));
    await model.dispose();
    await model.dispose();
    await expect(model.forward(pictures, [2, 1, 32, 32], [1, 0])).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_DISPOSED",
    });
  });

  test("in bf16 on the CPU is near the full precision", () =>
    withModel(
      "mean-plus-sex",
      async (model) => {
        const { ageZ } = await model.forward(pictures, [2, 1, 32, 32], [0, 0]);
        expect(ageZ![0]).toBeCloseTo(0.25, 2);
      },
      { precision: "bf16" },
    ));
});

describe("devices", () => {
  const cuda = native()
    .devices()
    .some(({ name }) => name === "cuda:0");

  test.each([
    [{ device: "cpu" }, "cpu"],
    [{ gpus: "0" }, "cpu"],
    [{ accelerator: "cpu", devices: "1" }, "cpu"],
  ])("%o is %s", (request, name) =>
    expect(chooseDevice(request)).toMatchObject({ name, reason: "asked for" }),
  );

  test.skipIf(cuda)("one that is asked for by name never falls back", async () => {
    for (const request of [
      { device: "cuda" },
      { device: "cuda:1" },
      { gpus: "1" },
      { gpus: "0," },
      { accelerator: "gpu" },
    ]) {
      expect(() => chooseDevice(request)).toThrow(/cuda:\d was requested, but/);
    }
    expect(chooseDevice({}).reason).toMatch(/^auto: /);
    await expect(
      loadModel(fixture("models/mean-plus-sex.pt"), { device: "cpu", precision: "16" }),
    ).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_DEVICE",
      message: expect.stringContaining("16-bit"),
    });
  });

  test.runIf(cuda)("CUDA gives the CPU's numbers", async () => {
    const on = (device: string) =>
      withModel("mean-plus-sex", (model) => model.forward(pictures, [2, 1, 32, 32], [1, 0]), { device });
    const [gpu, cpu] = [await on("cuda"), await on("cpu")];
    for (const [i, age] of gpu.ageZ!.entries()) expect(age).toBeCloseTo(cpu.ageZ![i]!, 5);
  });

  test.each([{ gpus: "2" }, { devices: "2", accelerator: "gpu" }, { device: "tpu" }, { accelerator: "ipu" }])(
    "%o is refused",
    (request) =>
      expect(() => chooseDevice(request)).toThrowError(
        expect.objectContaining({ code: "ERR_DEEPLASIA_OPTION" }),
      ),
  );
});
