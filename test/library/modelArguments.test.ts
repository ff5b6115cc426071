/** Models and paths as arguments of the public functions. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BoneAgeModel,
  createTrainer,
  loadModel,
  mergeShares,
  predictCohort,
  predictImage,
  type Trainer,
  writePredictions,
} from "../../src/index.js";
import { BLANK, MODEL, pictureFile, SHAPE } from "../helpers/argumentModel.js";
import { loose, refusal } from "../helpers/refusal.js";
import { collect } from "../helpers/temporary.js";
import { LEARNS } from "../helpers/trainer.js";

let model: BoneAgeModel;
let trainer: Trainer;
let folder: string;
let hand: string;
let remove: () => Promise<void>;
let bytes: Buffer;

beforeAll(async () => {
  model = await loadModel(MODEL);
  trainer = await createTrainer(LEARNS);
  ({ folder, hand, bytes, remove } = await pictureFile());
});
afterAll(async () => {
  await model.dispose();
  await remove();
  await trainer.dispose();
});

const predict = (image: unknown, options?: unknown) => loose(predictImage)(model, image, options);
const cohort = (models: unknown, options?: unknown) =>
  collect(loose(predictCohort)(models, options) as AsyncIterable<unknown>);

describe("models", () => {
  test.each([undefined, null, 3, "model.pt", {}, new Set()])("%s is none", async (none) => {
    const said = {
      code: "ERR_DEEPLASIA_OPTION",
      message: expect.stringMatching(/^model.* must be a model$/),
    };
    expect(await refusal(() => loose(predictImage)(none, hand, { sex: "F" }))).toMatchObject(said);
    expect(await refusal(() => cohort(none, { files: [hand], sex: "F" }))).toMatchObject(said);
    expect(await refusal(() => cohort([model, none], { files: [hand], sex: "F" }))).toMatchObject(said);
    const outputPath = join(folder, "none.csv");
    const write = () => loose(writePredictions)(none, { files: [hand], sex: "F", outputPath });
    expect(await refusal(write)).toMatchObject(said);
  });

  test("a promise that was not awaited is named", async () => {
    const promised = loadModel(MODEL);
    const error = await refusal(() => loose(predictImage)(promised, hand, { sex: "F" }));
    expect(`${error.message} ${error.remedy}`).toMatch(/Promise.*await loadModel/);
    await (await promised).dispose();
  });

  test("a model that was disposed of, before or during a call", async () => {
    const gone = await loadModel(MODEL);
    await gone.dispose();
    await gone.dispose();
    const disposed = { code: "ERR_DEEPLASIA_DISPOSED", message: expect.stringContaining("disposed") };
    const options = { files: [hand], sex: "F" };
    expect(await refusal(() => predictImage(gone, hand, { sex: "F" }))).toMatchObject(disposed);
    expect(await refusal(() => cohort([model, gone], options))).toMatchObject(disposed);
    expect(await refusal(() => cohort(model, { files: [hand], sexModel: gone }))).toMatchObject(disposed);
    expect(await refusal(() => predict(hand, { sexModel: gone }))).toMatchObject(disposed);
    expect(await refusal(() => gone.forward(BLANK, SHAPE, [1, 0]))).toMatchObject(disposed);

    const going = await loadModel(MODEL);
    const read = async () => {
      const paths = Array.from({ length: 40 }, (_, i) => join(folder, `${i}.png`));
      for (const path of paths) await writeFile(path, bytes);
      for await (const { row } of predictCohort(going, { files: paths, sex: "F", batchSize: 2 }))
        if (row === 3) await going.dispose();
    };
    expect(await refusal(read)).toMatchObject(disposed);
  });
});

test.each([
  ...[null, undefined, 3, "", "a\0b", {}, "a".repeat(5000), new URL("https://example.org/x")],
  ...[new URL("file://server/share/x.pt"), new URL("file:///a%2Fb.pt"), "file://server/x.pt"],
])("%s is no path", async (path) => {
  const calls = [
    () => loose(loadModel)(path),
    () => loose(createTrainer)(path),
    () => loose(mergeShares)(path),
    () => loose(trainer.save).call(trainer, path),
    () => loose(trainer.saveState).call(trainer, path),
    () => loose(trainer.restoreState).call(trainer, path),
    () => loose(trainer.importLightningState).call(trainer, path),
  ];
  const said = {
    code: "ERR_DEEPLASIA_OPTION",
    message: expect.stringMatching(/must be a path or a file: URL$/),
  };
  for (const call of calls) expect(await refusal(call)).toMatchObject(said);
});

test("a file: URL may be a text, and one that is no path is shown", async () => {
  await using again = await loadModel(pathToFileURL(MODEL).href);
  expect(again.file).toBe(MODEL);
  await expect(loadModel(new URL("https://example.org/model.pt"))).rejects.toThrow(
    "file https://example.org/model.pt must be a path or a file: URL",
  );
});

test("a model that is not there is named with the nearest that is", async () => {
  await expect(loadModel(MODEL.replace("mean-plus-sex", "mean_plus_sex"))).rejects.toThrow(
    /no such model file \(the nearest is "mean-plus-sex\.pt"\)/,
  );
});

test("a model, an output and a state may be file: URLs", async () => {
  const loaded = await loadModel(pathToFileURL(MODEL));
  const outputPath = pathToFileURL(join(folder, "by-url.csv"));
  expect(await writePredictions(loaded, { files: [hand], sex: "F", outputPath })).toMatchObject({
    predicted: 1,
  });
  await loaded.dispose();
  await trainer.saveState(pathToFileURL(join(folder, "state")), "here");
  expect(await trainer.restoreState(pathToFileURL(join(folder, "state")))).toBe("here");
});
