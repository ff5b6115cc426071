/** Ensembles through the library, on models whose every output can be worked out by hand. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import { decodePicture } from "../../src/image/decodePicture.js";
import { type EnsembleOutputRecord, isFailure, predictCohort } from "../../src/index.js";
import { native } from "../../src/native.js";
import { csvRows } from "../helpers/cli.js";
import { lightCohort } from "../helpers/lightCohort.js";
import { variant, withModels } from "../helpers/loadedModels.js";
import { modelFile } from "../helpers/model.js";
import { blankCentre, halves, writeCohort } from "../helpers/pictures.js";
import { collect, temporaryFolder } from "../helpers/temporary.js";
import { describeWithTestData, fixture, testData } from "../helpers/testData.js";

vi.mock("../../src/image/decodePicture.js", async (original) => {
  const decode = await original<typeof import("../../src/image/decodePicture.js")>();
  return { ...decode, decodePicture: vi.fn(decode.decodePicture) };
});

const decoded = vi.mocked(decodePicture);
beforeEach(() => {
  decoded.mockClear();
});

/** How often each file was decoded. */
function decodeCounts(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [source] of decoded.mock.calls) counts[String(source)] = (counts[String(source)] ?? 0) + 1;
  return counts;
}

/** Mean of a picture of the light cohort to a network that sees grey / 255. */
const light = (i: number) => (10 + 20 * i) / 255;

/** FIXED normalisation: the network sees grey / 255. Months: 120 + 40 * (grey / 255 + 0.5 for boys). */
const FIXED = { normalise: "fixed", normaliseMean: [0], normaliseSd: [1] };

describe("an ensemble of three", () => {
  const members = async () => [
    await variant(modelFile("mean-plus-sex"), "first", {
      ...JSON.parse(await readFile(modelFile("mean-plus-sex.json"), "utf8")),
      ...FIXED,
    }),
    await variant(modelFile("months-output"), "second", {
      ...FIXED,
      inputSize: [1, 20, 24],
      biasSlope: 0.25,
    }),
    modelFile("tells-sex"),
  ];

  test("is the mean of three single runs, to the last bit, with the spread between them", async () =>
    withModels(await members(), async (...models) => {
      const files = await lightCohort(10, { missing: 4 });
      const singles = [];
      for (const model of models) singles.push(await collect(predictCohort(model, files)));
      const records = await collect(predictCohort(models, { ...files, batchSize: 4 }));
      expectTypeOf(records).toEqualTypeOf<EnsembleOutputRecord[]>();
      expect(records).toHaveLength(10);
      for (const [row, record] of records.entries()) {
        const ofMembers = singles.map((single) => single[row]!);
        if (isFailure(record)) {
          expect(row).toBe(4);
          expect(record).toEqual(ofMembers[0]);
          continue;
        }
        const months = ofMembers.map((one) => (isFailure(one) ? Number.NaN : one.ageMonths));
        const centre = (months[0]! + months[1]! + months[2]!) / 3;
        const squares = months.map((value) => (value - centre) ** 2);
        expect(record.members).toEqual(
          ["first", "second", "tells-sex"].map((name, i) => ({ name, ageMonths: months[i] })),
        );
        expect(record.ageMonths).toBe(Math.fround(centre));
        expect(record.sdMonths).toBeCloseTo(Math.sqrt((squares[0]! + squares[1]! + squares[2]!) / 2), 4);
      }
      // By hand, a boy: the first and the third say z = light + 0.5, the second months, of which a quarter goes off.
      const [first, second] = [120 + 40 * (light(1) + 0.5), (100 + 100 * light(1)) * 0.75];
      expect(records[1]).toMatchObject({ sex: "M", boneAgeMonths: 101, sexPredicted: false });
      expect((records[1] as { ageMonths: number }).ageMonths).toBeCloseTo((2 * first + second) / 3, 3);
      // The head of the third alone: 0.12 is well below 0.3.
      expect((records[1] as { sexHat: number }).sexHat).toBeCloseTo(0, 6);
    }));

  test("decodes each picture and each mask once, and runs the image chain once for each kind of input", async () =>
    withModels(await members(), async (...models) => {
      const fill = vi.spyOn(native(), "fillSlot");
      const files = await lightCohort(9, { masks: true });
      await collect(predictCohort(models, { ...files, batchSize: 4, numWorkers: 3 }));
      const counts = decodeCounts();
      expect(Object.keys(counts)).toHaveLength(18);
      expect(new Set(Object.values(counts))).toEqual(new Set([1]));
      // Two of the three networks take the same 32 x 32 input.
      expect(fill).toHaveBeenCalledTimes(2 * 9);
      fill.mockRestore();
    }));

  test("does not depend on batch size or number of workers", async () =>
    withModels(await members(), async (...models) => {
      const files = await lightCohort(9, { missing: 2 });
      const runs = [1, 2, 4, 16].map((batchSize) =>
        collect(predictCohort(models, { ...files, batchSize, numWorkers: batchSize })),
      );
      const [first, ...others] = await Promise.all(runs);
      for (const other of others) expect(other).toEqual(first);
    }));
});

test("a member that fails on a picture fails the row, by name; the others are not averaged without it", () =>
  withModels(
    [modelFile("nan-on-bright"), modelFile("throws-on-bright"), modelFile("tells-sex")],
    async (...models) => {
      const files = await lightCohort(5);
      const records = await collect(predictCohort(models, files));
      expect(records.slice(0, 4).every((record) => !isFailure(record))).toBe(true);
      expect(records[4]).toMatchObject({
        row: 5,
        file: join(files.imgDir, "a/4.png"),
        code: "ERR_DEEPLASIA_NOT_FINITE",
        message: expect.stringMatching(
          /^nan-on-bright: the network's output is NaN; throws-on-bright: .*mat1/s,
        ),
        dropped: false,
      });
    },
  ));

test("a picture that only one member cannot normalise fails the row and names that member", async () => {
  const interval = await variant(modelFile("tells-sex"), "interval", { normalise: "interval" });
  await withModels([modelFile("tells-sex"), interval], async (...models) => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "blank.png", bytes: await blankCentre(90) }]);
    const options = { annotationCsv: join(folder, "cohort.csv"), imgDir: join(folder, "images") };
    expect(await collect(predictCohort(models, options))).toMatchObject([
      {
        code: "ERR_DEEPLASIA_IMAGE_BLANK",
        message: expect.stringMatching(/^interval: the picture has one grey value/),
      },
    ]);
  });
});

test("a member for which the device is too small gets smaller batches; the others do not", () =>
  withModels([modelFile("fits-four"), modelFile("mean-plus-sex")], async (...models) => {
    const predict = vi.spyOn(native(), "predict");
    const folder = await temporaryFolder();
    const bytes = await halves(200);
    await writeCohort(
      folder,
      Array.from({ length: 24 }, (_, i) => ({ image: `${i}.png`, bytes })),
    );
    const options = {
      annotationCsv: join(folder, "cohort.csv"),
      imgDir: join(folder, "images"),
      batchSize: 8,
    };
    const records = await collect(predictCohort(models, options));
    expect(records.map((record) => !isFailure(record) && record.ageMonths)).toEqual(Array(24).fill(140));
    const rows = predict.mock.calls
      .filter(([handle]) => handle === models[1]!.handle)
      .map(([, , slots]) => slots.length);
    expect(rows).toEqual([8, 8, 8]);
    predict.mockRestore();
  }));

test("a bound on memory sets how many pictures each member gets at once, not the rows of a block", () =>
  withModels([modelFile("fits-four"), modelFile("mean-plus-sex")], async (...models) => {
    const predict = vi.spyOn(native(), "predict");
    const folder = await temporaryFolder();
    const bytes = await halves(200);
    await writeCohort(
      folder,
      Array.from({ length: 24 }, (_, i) => ({ image: `${i}.png`, bytes })),
    );
    const options = {
      annotationCsv: join(folder, "cohort.csv"),
      imgDir: join(folder, "images"),
      batchSize: 12,
      maxMemory: 4 * models[0]!.bytesPerPicture,
    };
    const warn = vi.fn();
    const logger = { info() {}, warn, error() {} };
    const records = await collect(predictCohort(models, { ...options, logger }));
    expect(records.map((record) => !isFailure(record) && record.ageMonths)).toEqual(Array(24).fill(140));
    const sizes = models.map(({ handle }) =>
      predict.mock.calls.filter(([model]) => model === handle).map(([, , slots]) => slots.length),
    );
    expect(Math.max(...sizes[0]!)).toBeLessThanOrEqual(4);
    expect(sizes[0]).toHaveLength(8);
    expect(warn).not.toHaveBeenCalled();
    await collect(predictCohort(models, { ...options, maxMemory: 1, logger }));
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringMatching(/fits-four.pt needs .*B for one picture, more than `maxMemory` 1 B/),
      expect.stringMatching(/mean-plus-sex.pt needs/),
    ]);
    predict.mockRestore();
  }));

test("a list of one model is an ensemble of one, without a spread", () =>
  withModels([modelFile("tells-sex")], async (model) => {
    const [record] = await collect(predictCohort([model!], await lightCohort(2)));
    const ageMonths = Math.fround(120 + 40 * Math.fround(light(0)));
    expect(record).toMatchObject({ members: [{ name: "tells-sex" }], sdMonths: null });
    if (record === undefined || isFailure(record)) throw new Error("failed");
    expect(record.ageMonths).toBe(record.members[0]!.ageMonths);
    expect(record.ageMonths).toBeCloseTo(ageMonths, 3);
  }));

describeWithTestData("real radiographs", ["models/rsna-film-cnn.pt", "radiographs/annotations.csv"], () => {
  test("an ensemble of three over 73 pictures costs decoding once", async () => {
    const film = async (resize: string) => {
      const manifest = await readFile(fixture(`manifests/rsna-film-cnn-${resize}.json`), "utf8");
      return variant(testData("models/rsna-film-cnn.pt"), resize, JSON.parse(manifest));
    };
    const files = [await film("linear"), await film("area"), modelFile("months-output")];
    await withModels(files, async (...models) => {
      const options = {
        annotationCsv: testData("radiographs/annotations.csv"),
        imgDir: testData("radiographs/images"),
        maskDirs: [testData("radiographs/masks")],
      };
      const records = await collect(predictCohort(models, options));
      expect(Object.values(decodeCounts())).toEqual(Array(2 * 73).fill(1));
      const expected = csvRows(await readFile(testData("models/rsna-film-cnn.expected.csv"), "utf8"));
      expect(records).toHaveLength(expected.length);
      for (const [i, record] of records.entries()) {
        if (isFailure(record)) throw new Error(record.message);
        const [linear, area] = record.members;
        expect(Math.abs(linear!.ageMonths - Number(expected[i]!.months_linear))).toBeLessThan(0.05);
        expect(Math.abs(area!.ageMonths - Number(expected[i]!.months_area))).toBeLessThan(0.05);
      }
      decoded.mockClear();
      for (const model of models) await collect(predictCohort(model, options));
      expect(decoded).toHaveBeenCalledTimes(3 * 2 * 73);
    });
  });
});
