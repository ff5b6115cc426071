/** What a public function does with arguments that are not what they must be: a DeeplasiaError that says so, always. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BoneAgeModel,
  createTrainer,
  DeeplasiaError,
  isFailure,
  loadModel,
  mergeShares,
  predictCohort,
  predictImage,
  type Trainer,
  writePhantoms,
  writePredictions,
} from "../../src/index.js";
import { halves } from "../helpers/pictures.js";
import { collect } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";
import { LEARNS } from "../helpers/trainer.js";

/** Its months are 120 + 40 * (mean + male / 2): 140 for a girl, 160 for a boy. */
const MODEL = fixture("models/mean-plus-sex.pt");
const [GIRL, BOY] = [140, 160];

const SHAPE: [number, number, number, number] = [2, 1, 32, 32];
const BLANK = new Float32Array(2 * 32 * 32);

let model: BoneAgeModel;
let trainer: Trainer;
let folder: string;
let hand: string;
let bytes: Buffer;

beforeAll(async () => {
  model = await loadModel(MODEL);
  trainer = await createTrainer(LEARNS);
  folder = await mkdtemp(join(tmpdir(), "deeplasia-test-"));
  hand = join(folder, "hand.png");
  bytes = await halves(100);
  await writeFile(hand, bytes);
});
afterAll(async () => {
  await Promise.all([model.dispose(), trainer.dispose()]);
  await rm(folder, { recursive: true });
});

/** As JavaScript calls it, past the types. */
const loose = (call: unknown) => call as (...args: unknown[]) => unknown;

/** What a call is refused with. It must not throw before its promise, nor with an error that is not ours. */
async function refusal(call: () => unknown): Promise<DeeplasiaError> {
  const promise = Promise.resolve(call());
  const error = await promise.then(
    (value) => expect.fail(`was taken, and gave ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DeeplasiaError);
  const known = error as DeeplasiaError;
  expect(known.code).not.toBe("ERR_DEEPLASIA_INTERNAL");
  expect(known.message).not.toMatch(
    /undefined \(|expected .*received|Cannot read|is not a function|something else/,
  );
  expect(known.remedy).toMatch(/\w/);
  return known;
}

const predict = (image: unknown, options?: unknown) => loose(predictImage)(model, image, options);
const cohort = (models: unknown, options?: unknown) =>
  collect(loose(predictCohort)(models, options) as AsyncIterable<unknown>);

describe("sex", () => {
  test.each(["M", "m", "male", "Male", " MALE ", 1])("%j is male", async (sex) => {
    expect(await predict(hand, { sex })).toMatchObject({ ageMonths: BOY, sex: "M", sexPredicted: false });
    expect(await cohort(model, { files: [hand], sex })).toMatchObject([{ ageMonths: BOY, sex: "M" }]);
  });

  test.each(["F", "f", "female", "Female", 0])("%j is female", async (sex) => {
    expect(await predict(hand, { sex })).toMatchObject({ ageMonths: GIRL, sex: "F" });
    expect(await cohort(model, { files: [hand], sex })).toMatchObject([{ ageMonths: GIRL, sex: "F" }]);
  });

  test.each(["boy", "X", "MF", true, false, 2, -1, Number.NaN, ["M"], {}, new Date()])(
    "%j is none, and is named",
    async (sex) => {
      const said = { code: "ERR_DEEPLASIA_OPTION", message: expect.stringMatching(/^sex .*must be F or M/) };
      expect(await refusal(() => predict(hand, { sex }))).toMatchObject(said);
      expect(await refusal(() => cohort(model, { files: [hand], sex }))).toMatchObject(said);
    },
  );

  test.each([undefined, null, "", " ", "NA", "nan"])(
    "%j says that it is not known, as in a CSV",
    async (sex) => {
      expect(await refusal(() => predict(hand, { sex }))).toMatchObject({ code: "ERR_DEEPLASIA_SEX" });
      const sexModel = await loadModel(fixture("models/tells-sex.pt"));
      expect(await predict(hand, { sex, sexModel })).toMatchObject({ sexPredicted: true });
      await sexModel.dispose();
    },
  );
});

describe("a picture", () => {
  test("may be a path, a file: URL, or bytes of any kind", async () => {
    const plain = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    for (const image of [
      hand,
      pathToFileURL(hand),
      pathToFileURL(hand).href,
      bytes,
      plain,
      new Uint8Array(plain),
      shared,
      new Blob([bytes]),
    ]) {
      expect(await predict(image, { sex: "F" })).toMatchObject({ ageMonths: GIRL });
      expect(await predict(hand, { sex: "F", mask: image })).toMatchObject({ ageMonths: GIRL });
    }
    expect(await readFile(hand)).toEqual(bytes);
  });

  const wrong: [string, () => unknown][] = [
    ["null", () => null],
    ["undefined", () => undefined],
    ["a number", () => 3],
    ["no text", () => ""],
    ["a NUL", () => "a\0.png"],
    ["a web address", () => "https://example.org/hand.png"],
    ["URL", () => new URL("https://example.org/hand.png")],
    ["SharedArrayBuffer", () => new SharedArrayBuffer(8)],
    ["DataView", () => new DataView(new ArrayBuffer(8))],
    ["Uint16Array", () => new Uint16Array(8)],
    ["Promise", () => Promise.resolve(bytes)],
    ["a list", () => [1, 2]],
    ["an object", () => ({})],
    ["a function", () => () => bytes],
  ];
  test.each(wrong)("%s is refused, as picture and as mask", async (name, make) => {
    const ofPicture = await refusal(() => predict(make(), { sex: "F" }));
    expect(ofPicture).toMatchObject({
      code: "ERR_DEEPLASIA_OPTION",
      message: expect.stringMatching(/^image /),
    });
    if (/^[A-Z]/.test(name)) expect(ofPicture.message).toContain(name);
    if (name === "undefined") return;
    const ofMask = await refusal(() => predict(hand, { sex: "F", mask: make() }));
    expect(ofMask).toMatchObject({ code: "ERR_DEEPLASIA_OPTION", message: expect.stringMatching(/^mask /) });
  });

  test.each([
    ["no bytes", new Uint8Array(0)],
    ["an empty Blob", new Blob([])],
  ])("%s are unreadable", async (_, image) => {
    expect(await refusal(() => predict(image, { sex: "F" }))).toMatchObject({
      code: "ERR_DEEPLASIA_IMAGE_UNREADABLE",
    });
  });
});

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

  test("one that was not awaited is named as such", async () => {
    const promised = loadModel(MODEL);
    const error = await refusal(() => loose(predictImage)(promised, hand, { sex: "F" }));
    expect(`${error.message} ${error.remedy}`).toMatch(/Promise.*await loadModel/);
    await (await promised).dispose();
  });

  test("one that was disposed of, before or in the middle", async () => {
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

test("predictImage doubts a contract and an age that cannot be", async () => {
  await using odd = await loadModel(MODEL, { contract: { biasSlope: -46, biasIntercept: 4700 } });
  const { notes } = await predictImage(odd, hand, { sex: "M" });
  expect(notes).toEqual([
    expect.stringMatching(/bias slope of -46/),
    expect.stringMatching(/within 0 to 240 months/),
  ]);
  expect((await predictImage(model, hand, { sex: "M" })).notes).toEqual([]);
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
