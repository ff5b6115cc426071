/** Test-time augmentation: how often pictures are decoded, and how many go through the network. */
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { decodePicture } from "../../src/image/decodePicture.js";
import { writePredictions } from "../../src/index.js";
import { native } from "../../src/native.js";
import { lightCohort } from "../helpers/lightCohort.js";
import { withModels } from "../helpers/loadedModels.js";
import { modelFile } from "../helpers/model.js";
import { temporaryFolder } from "../helpers/temporary.js";

vi.mock("../../src/image/decodePicture.js", async (original) => {
  const decode = await original<typeof import("../../src/image/decodePicture.js")>();
  return { ...decode, decodePicture: vi.fn(decode.decodePicture) };
});

const PICTURES = 9;

test("ten views of a picture: one decoding of it and of its mask, ten pictures in forwards of one batch", async () =>
  withModels([modelFile("mean-plus-sex")], async (model) => {
    const predict = vi.spyOn(native(), "predict");
    const files = await lightCohort(PICTURES, { masks: true });
    const outputPath = join(await temporaryFolder(), "out.csv");
    await writePredictions(model!, { ...files, outputPath, ttaRot: true, ttaFlip: true, batchSize: 4 });
    const sources = vi.mocked(decodePicture).mock.calls.map(([source]) => String(source));
    expect(new Set(sources).size).toBe(2 * PICTURES);
    expect(sources).toHaveLength(2 * PICTURES);
    const forwards = predict.mock.calls.map(([, , slots]) => slots.length);
    expect(forwards.reduce((sum, count) => sum + count, 0)).toBe(10 * PICTURES);
    // Blocks of 4, 4 and 1 pictures: each view is one forward of its block.
    expect(forwards.length).toBeLessThanOrEqual(3 * 10);
    predict.mockRestore();
  }));
