/** Test-time augmentation: the views, and that a picture is decoded once for all of them. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readAnew } from "../../../src/image/readPicture.js";
import { loadModel } from "../../../src/index.js";
import { predictBlocks } from "../../../src/inference/predictBlocks.js";
import { plainOf, testTimeViews } from "../../../src/inference/testTimeViews.js";
import { modelFile } from "../../helpers/model.js";
import { halves } from "../../helpers/pictures.js";
import { temporaryFolder } from "../../helpers/temporary.js";

test("ten views: five rotations, each with its mirror image, from the view that is asked for", () => {
  const views = testTimeViews({ rotate: true, flip: true }, { rotationAngle: 90, flip: true });
  expect(views).toHaveLength(10);
  expect(views[0]).toEqual({ rotationAngle: 80, flip: true, name: "rot=-10-no_flip" });
  expect(views[9]).toEqual({ rotationAngle: 100, flip: false, name: "rot=10-flip" });
  expect(views[plainOf(views.map(({ name }) => name))]).toMatchObject({ rotationAngle: 90, flip: true });
  expect(testTimeViews({ rotate: false, flip: false })).toHaveLength(1);
});

test("ten views of pictures decode each of them once", async () => {
  const folder = await temporaryFolder();
  const files = ["a.png", "b.png", "c.png"].map((name) => join(folder, name));
  for (const [i, file] of files.entries()) await writeFile(file, await halves(60 + 40 * i, 40));
  const decoded: unknown[] = [];
  const views = testTimeViews({ rotate: true, flip: true });
  await using model = await loadModel(modelFile("learns"));
  const blocks = predictBlocks([model], files, {
    ...{ views, batchSize: 2, numWorkers: 2 },
    subjectOf: (image) => ({ source: { image, mask: null }, sex: "F" }),
    read: (source, role) => {
      decoded.push(source);
      return readAnew(source, role);
    },
  });
  const readings: unknown[][] = [];
  for await (const { outcomes } of blocks) for (const outcome of outcomes) readings.push(outcome!.readings);
  expect(decoded.sort()).toEqual(files);
  expect(readings.map((own) => own.length)).toEqual([10, 10, 10]);
});
