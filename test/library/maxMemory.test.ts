import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadModel, type WritePredictionsOptions, writePredictions } from "../../src/index.js";
import { BUNDLED_MODEL } from "../../src/model/bundled.js";
import { native } from "../../src/native.js";
import { halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";

test("the memory that a network needs for one picture is measured at load", async () => {
  await using model = await loadModel(BUNDLED_MODEL, { threads: 1 });
  const { bytesPerPicture, contract } = model;
  const [channels, height, width] = contract.inputSize;
  // EfficientNet-b0's first block holds 32 channels of half the side after its depthwise convolution, and 16 at its end.
  const largest = (32 + 16) * (height / 2) * (width / 2) * 4;
  expect(bytesPerPicture).toBeGreaterThan(largest);
  expect(bytesPerPicture).toBeLessThan(1.5 * largest);
  // It is measured on smaller pictures, where what does not grow weighs more; several never need more each.
  const sex = model.encodeSex([0, 1, 1], 3);
  const full = await native().tryBlank(model.handle, [3, channels, height, width], sex);
  expect(full.bytes / 3).toBeLessThanOrEqual(bytesPerPicture);
  expect(full.bytes / 3).toBeGreaterThan(0.5 * bytesPerPicture);
  // What is measured is not what is left: it does not grow.
  const again = await native().tryBlank(model.handle, [3, channels, height, width], sex);
  expect(again.bytes).toBe(full.bytes);
});

test("an interrupted run resumes within its bound, to the bytes of an undisturbed one; another bound is refused", async () => {
  await using model = await loadModel(BUNDLED_MODEL, { contract: { maskNeeded: false } });
  const folder = await temporaryFolder();
  const bytes = await halves(200);
  await writeCohort(
    folder,
    Array.from({ length: 18 }, (_, i) => ({ image: `${i}.png`, bytes, sex: i % 2 === 0 ? "F" : "M" })),
  );
  const maxMemory = 3 * model.bytesPerPicture;
  const write = async (name: string, more: Partial<WritePredictionsOptions> = {}) => {
    const [annotationCsv, imgDir] = [join(folder, "cohort.csv"), join(folder, "images")];
    const outputPath = join(folder, name);
    const files = { annotationCsv, imgDir, outputPath };
    await writePredictions(model, { ...files, batchSize: 4, maxMemory, ...more });
    return readFile(outputPath, "utf8");
  };
  const undisturbed = await write("whole.csv");
  const provenance = JSON.parse(await readFile(join(folder, "whole.csv.provenance.json"), "utf8"));
  expect(provenance.models[0].picturesAtOnce).toBe(3);

  const stop = new AbortController();
  const onProgress = () => stop.abort();
  const stopped = write("out.csv", { signal: stop.signal, onProgress });
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  const lower = write("out.csv", { resume: true, maxMemory: model.bytesPerPicture });
  await expect(lower).rejects.toThrow(/`maxMemory` \("3 at once", now "1 at once"\)/);
  // Only the number of pictures matters.
  expect(await write("out.csv", { resume: true, maxMemory: maxMemory + 1 })).toBe(undisturbed);
});
