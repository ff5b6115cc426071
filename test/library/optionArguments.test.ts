/** Options of the public functions: an error names each unknown or wrong one. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BoneAgeModel,
  createTrainer,
  loadModel,
  predictCohort,
  predictImage,
  type Trainer,
  writePhantoms,
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

describe("options", () => {
  /** Each function with options, given some. */
  const functions: [string, (options: unknown) => unknown][] = [
    ["loadModel", (options) => loose(loadModel)(MODEL, options)],
    ["predictImage", (options) => predict(hand, options)],
    ["predictCohort", (options) => cohort(model, options)],
    ["writePredictions", (options) => loose(writePredictions)(model, options)],
    ["writePhantoms", (options) => loose(writePhantoms)(options)],
    ["createTrainer", (options) => loose(createTrainer)(LEARNS, options)],
    ["forward", (options) => loose(model.forward).call(model, BLANK, SHAPE, [1, 0], options)],
    ["step", (options) => loose(trainer.step).call(trainer, BLANK, SHAPE, [1, 0], [0, 0], options)],
    ["evaluate", (options) => loose(trainer.evaluate).call(trainer, BLANK, SHAPE, [1, 0], [0, 0], options)],
    ["save", (options) => loose(trainer.save).call(trainer, join(folder, "x.pt"), options)],
  ];

  test.each(functions)("%s: what is no object, and what is unknown", async (_, call) => {
    for (const options of [
      null,
      3,
      "F",
      [],
      new Map([["sex", "F"]]),
      new Date(),
      () => 1,
      Promise.resolve({}),
    ]) {
      const said = { code: "ERR_DEEPLASIA_OPTION", message: expect.stringContaining("must be an object") };
      expect(await refusal(() => call(options))).toMatchObject(said);
    }
    expect(await refusal(() => call({ nobodys: undefined }))).toMatchObject({ code: "ERR_DEEPLASIA_OPTION" });
  });

  test.each([
    ["predictImage", { rotatonAngle: 5 }, `'rotatonAngle' (the nearest is "rotationAngle")`],
    ["predictImage", { Mask: bytes }, `'Mask' (the nearest is "mask")`],
    ["predictCohort", { batchSise: 4 }, `'batchSise' (the nearest is "batchSize")`],
    ["predictCohort", { annotationCSV: "a.csv" }, `(the nearest is "annotationCsv")`],
    ["writePredictions", { outputFile: "x.csv" }, "'outputFile'"],
    ["writePredictions", { overWrite: true, outputPath: "x" }, `(the nearest is "overwrite")`],
    ["loadModel", { presision: "bf16" }, `'presision' (the nearest is "precision")`],
    ["loadModel", { contract: { inputsize: [1, 8, 8] } }, `'inputsize' (the nearest is "inputSize")`],
    ["writePhantoms", { out: "x", sise: [64] }, `(the nearest is "sizes")`],
    ["createTrainer", { optimiser: "sgd" }, `(the nearest is "optimizer")`],
    ["forward", { feature: true }, `(the nearest is "features")`],
    ["step", { updat: true }, `(the nearest is "update")`],
    ["save", { manifset: {} }, `(the nearest is "manifest")`],
  ])("%s %j names the nearest", async (name, options, hint) => {
    const [, call] = functions.find(([known]) => known === name)!;
    expect((await refusal(() => call(options))).message).toContain(hint);
  });

  test.each([
    ["predictImage", { flip: "false" }, "flip"],
    ["predictImage", { rotationAngle: Number.NaN }, "rotationAngle"],
    ["predictImage", { rotationAngle: Number.POSITIVE_INFINITY }, "rotationAngle"],
    ["predictImage", { rotationAngle: 361 }, "rotationAngle"],
    ["predictImage", { rotationAngle: "5" }, "rotationAngle"],
    ["predictImage", { sexModel: MODEL }, "sexModel"],
    ["predictCohort", { batchSize: 0 }, "batchSize"],
    ["predictCohort", { numWorkers: 1.5 }, "numWorkers"],
    ["predictCohort", { files: "hand.png" }, "files"],
    ["predictCohort", { maskDirs: "masks" }, "maskDirs"],
    ["predictCohort", { signal: new AbortController() }, "signal"],
    ["predictCohort", { onProgress: "log" }, "onProgress"],
    ["predictCohort", { logger: { info() {} } }, "logger"],
    ["predictCohort", { sexModel: {} }, "sexModel"],
    ["predictCohort", { limitPredictBatches: Number.NaN }, "limitPredictBatches"],
    ["writePredictions", { outputPath: 3 }, "outputPath"],
    ["writePredictions", { outputPath: "" }, "outputPath"],
    ["writePredictions", { outputPath: "x.csv", format: "xml" }, "format"],
    ["writePredictions", { outputPath: "x.csv", resume: "no" }, "resume"],
    ["loadModel", { device: 0 }, "device"],
    ["loadModel", { threads: -1 }, "threads"],
    ["loadModel", { precision: 32 }, 'precision 32 must be one of 16, 32 or bf16 (as text: "32")'],
    ["loadModel", { manifest: {} }, "manifest"],
    ["loadModel", { contract: null }, "contract"],
    ["loadModel", { contract: { ageSdMonths: Number.NaN } }, "ageSdMonths"],
    ["writePhantoms", { out: "x", n: 0 }, "n 0"],
    ["writePhantoms", { out: "x", sizes: 64 }, "sizes"],
    ["writePhantoms", { out: "x", seed: Number.NaN }, "seed"],
    ["createTrainer", { lr: "0.1" }, "lr"],
    ["createTrainer", { contract: "x" }, "contract"],
    ["forward", { features: "yes" }, "features"],
    ["step", { update: 1 }, "update"],
    ["evaluate", { ema: "no" }, "ema"],
    ["save", { manifest: 3 }, "manifest"],
  ])("%s %o names the option", async (name, options, hint) => {
    const [, call] = functions.find(([known]) => known === name)!;
    expect((await refusal(() => call(options))).message).toContain(hint);
  });

  test("console is a logger, and a phantom needs nothing but a folder and a size", async () => {
    expect(await cohort(model, { files: [hand], sex: "F", logger: console })).toHaveLength(1);
    const out = join(folder, "phantoms");
    expect(await writePhantoms({ out, n: 1, sizes: [64] })).toEqual({ drawn: 1 });
  });
});
