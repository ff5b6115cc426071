import { describe, expect, test } from "vitest";
import { type BatchHandle, type Normalisation, native, type RawPicture } from "../../src/native.js";
import { plainPlan } from "../helpers/chain.js";
import { withModel } from "../helpers/model.js";
import { runProgram } from "../helpers/program.js";
import { temporaryFolder } from "../helpers/temporary.js";

const NONE: Normalisation = { method: "none", mean: [], sd: [] };
const FIXED: Normalisation = { method: "fixed", mean: [0], sd: [1] };

function grey(values: number[], width: number): RawPicture {
  return {
    data: Uint8Array.from(values),
    width,
    height: values.length / width,
    channels: 1,
    depth: 8,
    luma: "png",
  };
}

/** Three 2 x 2 pictures: the first has 1, the second 2, the third 3 in its corner. */
async function withThree<T>(body: (batch: BatchHandle) => Promise<T>): Promise<T> {
  const batch = native().createBatch(3, 2, 2);
  try {
    const corners = [1, 2, 3];
    await Promise.all(
      corners.map((value, slot) =>
        native().fillSlot(batch, slot, grey([value, 0, 0, 0], 2), null, plainPlan(2, 2)),
      ),
    );
    return await body(batch);
  } finally {
    await native().dispose(batch);
  }
}

describe("a batch", () => {
  test("returns the requested slots, in that order", async () => {
    await withThree(async (batch) => {
      const read = await native().readBatch(batch, Int32Array.of(2, 0), 1, NONE);
      expect([...read]).toEqual([3, 0, 0, 0, 1, 0, 0, 0]);
      expect(await native().readBatch(batch, new Int32Array(0), 1, NONE)).toHaveLength(0);
    });
  });

  test("repeats grey for a network with three channels, normalised by each channel's constants", async () => {
    await withThree(async (batch) => {
      const fixed: Normalisation = { method: "fixed", mean: [0, 1, 0], sd: [1 / 255, 1, 0.5] };
      const read = await native().readBatch(batch, Int32Array.of(1), 3, fixed);
      const expected = [2, 0, 0, 0, 2 / 255 - 1, -1, -1, -1, 4 / 255, 0, 0, 0];
      for (const [i, value] of expected.entries()) expect(read[i]).toBeCloseTo(value, 5);
    });
  });

  test("predicts what forward returns for the same numbers", async () => {
    await withThree(async (batch) =>
      withModel("tuple-age-sex", async (model) => {
        const [slots, sex] = [Int32Array.of(2, 0, 1), Float32Array.of(1, 0, 1)];
        const predicted = await native().predict(model, batch, slots, 1, FIXED, sex);
        const x = await native().readBatch(batch, slots, 1, FIXED);
        expect(predicted).toEqual(await native().forward(model, x, [3, 1, 2, 2], sex));
        expect([...predicted.age].map((age) => age.toFixed(5))).toEqual(
          [3 / 1020 + 0.5, 1 / 1020, 2 / 1020 + 0.5].map((age) => age.toFixed(5)),
        );
      }),
    );
  });

  test("returns what the image chain measured", async () => {
    const batch = native().createBatch(1, 1, 4);
    const facts = await native().fillSlot(batch, 0, grey([9, 1, 5, 3, 9, 1, 5, 3], 4), null, plainPlan(1, 4));
    const none = {
      percentile: Number.NaN,
      highest: Number.NaN,
      maskShare: Number.NaN,
      maskBorder: Number.NaN,
    };
    expect(facts).toEqual({ width: 4, height: 2, ...none, min: 1, max: 9 });
    await native().dispose(batch);
  });

  test("a picture that fails does not change the neighbouring slots", async () => {
    await withThree(async (batch) => {
      const blank = native().fillSlot(batch, 1, grey([7, 7, 7, 7], 2), null, plainPlan(2, 2));
      await expect(blank).rejects.toMatchObject({ code: "ERR_DEEPLASIA_IMAGE_BLANK" });
      const read = await native().readBatch(batch, Int32Array.of(0, 2), 1, NONE);
      expect([...read]).toEqual([1, 0, 0, 0, 3, 0, 0, 0]);
    });
  });

  test.each([
    ["a slot that is not there", 3, plainPlan(2, 2)],
    ["a negative slot", -1, plainPlan(2, 2)],
    ["a plan for another size", 0, plainPlan(3, 2)],
  ])("%s is refused", async (_, slot, plan) => {
    await withThree(async (batch) => {
      await expect(native().fillSlot(batch, slot, grey([1, 2], 2), null, plan)).rejects.toThrow(
        "does not fit",
      );
    });
    await withThree(async (batch) => {
      await expect(native().readBatch(batch, Int32Array.of(-1, 3), 1, NONE)).rejects.toThrow("no such slot");
    });
  });
});

describe("arguments that would corrupt memory", () => {
  const picture = grey([1, 2, 3, 4], 2);
  const PIXELS = "picture.data must be width * height * channels * depth / 8 bytes long";
  test.each<[string, object, string]>([
    ["too few bytes", { ...picture, data: new Uint8Array(3) }, PIXELS],
    ["one byte a 16-bit sample", { ...picture, depth: 16 }, PIXELS],
    ["four channels", { ...picture, channels: 4, data: new Uint8Array(16) }, PIXELS],
    ["no width", { ...picture, width: 0, data: new Uint8Array(0) }, PIXELS],
    ["a width that is not a number", { ...picture, width: Number.NaN }, PIXELS],
    ["words for pixels", { ...picture, data: new Uint16Array(2) }, "picture.data must be a Uint8Array"],
    ["a missing property", { ...picture, height: undefined }, "height must be a number"],
  ])("a picture with %s", async (_, wrong, message) => {
    const batch = native().createBatch(1, 2, 2);
    const fill = (...[raw, mask]: unknown[]) =>
      native().fillSlot(batch, 0, raw as RawPicture, mask as RawPicture, plainPlan(2, 2));
    expect(() => fill(wrong, null)).toThrow(message);
    expect(() => fill(picture, wrong)).toThrow(message);
    await native().dispose(batch);
  });

  test.each<[string, object, string]>([
    ["an unknown word", { ...NONE, method: "equalize" }, "method must be one of the known words"],
    ["a mean without its sd", { ...FIXED, sd: [] }, "sd must be as long as mean"],
    ["no mean", { method: "none", sd: [] }, "mean must be an array of numbers"],
  ])("a normalisation with %s", async (_, wrong, message) => {
    const batch = native().createBatch(1, 2, 2);
    expect(() => native().readBatch(batch, Int32Array.of(0), 1, wrong as Normalisation)).toThrow(message);
    expect(() => native().readBatch(batch, [0] as never, 1, NONE)).toThrow("slots must be an Int32Array");
    await native().dispose(batch);
  });
});

test("results do not depend on the number of workers", async () => {
  const folder = await temporaryFolder();
  const digests = await Promise.all(
    [1, 2, 5].map(async (workers) => {
      const { stdout, code } = await runProgram(
        folder,
        `
        import { createHash } from "node:crypto";
        native().setWorkers(${workers});
        const batch = native().createBatch(24, 96, 96);
        await Promise.all(Array.from({ length: 24 }, (_, i) => fill(batch, i, picture(200 + 7 * i), 96)));
        const zscore = { method: "zscore", mean: [], sd: [] };
        const slots = Int32Array.from({ length: 24 }, (_, i) => i);
        const x = await native().readBatch(batch, slots, 1, zscore);
        const { age } = await native().predict(await load("mean-plus-sex"), batch, slots, 1, zscore, new Float32Array(24));
        console.log(x.every(Number.isFinite), createHash("sha256").update(x).update(age).digest("hex"));`,
      );
      expect(code).toBe(0);
      return stdout;
    }),
  );
  expect(digests[0]).toMatch(/^true [0-9a-f]{64}\n$/);
  expect(new Set(digests).size).toBe(1);
});
