import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type BoneAgeModel,
  DeeplasiaError,
  isFailure,
  loadModel,
  type OutputRecord,
  type PredictionRecord,
  type ProgressEvent,
  predictCohort,
  predictImage,
  writePredictions,
} from "../../src/index.js";
import { csvRows } from "../helpers/cli.js";
import { halves, writeCohort } from "../helpers/pictures.js";
import { collect, temporaryFolder } from "../helpers/temporary.js";
import { describeWithTestData, fixture, testData } from "../helpers/testData.js";

async function withModel<T>(use: (model: BoneAgeModel) => Promise<T>): Promise<T> {
  const model = await loadModel(fixture("models/mean-plus-sex.pt"));
  try {
    return await use(model);
  } finally {
    await model.dispose();
  }
}

/** A folder with `count` pictures; the one at `missing` has no file. */
async function cohort(count: number, missing = -1) {
  const folder = await temporaryFolder();
  const bytes = await halves(200);
  const row = (_: unknown, i: number) => ({
    image: `${i}.png`,
    sex: i % 2 === 0 ? "F" : "M",
    ...(i === missing ? {} : { bytes }),
  });
  await writeCohort(folder, Array.from({ length: count }, row));
  return { annotationCsv: join(folder, "cohort.csv"), imgDir: join(folder, "images") };
}

test("a network that returns months: no z-score, and the same CSV columns", async () => {
  await using model = await loadModel(fixture("models/months-output.pt"));
  const rows = await cohort(3);
  const [record] = await collect(predictCohort(model, rows));
  const { rawMonths } = record as PredictionRecord;
  expect(record).toMatchObject({ ageZ: null, rawMonths: expect.any(Number) });
  const outputPath = join(await temporaryFolder(), "out.csv");
  await writePredictions(model, { ...rows, outputPath });
  const [row] = csvRows(await readFile(outputPath, "utf8"));
  expect(Object.keys(row!).slice(0, 4)).toEqual(["image_ID", "sex", "y_hat", "pred_bone_age"]);
  expect(Number(row!.y_hat)).toBeCloseTo(rawMonths!, 3);
  // Failed rows of a finished output are run again: its records are read back.
  await writePredictions(model, { ...rows, outputPath, resume: true });
  expect(csvRows(await readFile(outputPath, "utf8"))).toHaveLength(3);
});

describe("predictCohort", () => {
  test("gives predictions and failures in input order, and reports its progress", () =>
    withModel(async (model) => {
      const events: ProgressEvent[] = [];
      const onProgress = (event: ProgressEvent) => events.push(event);
      const records = await collect(
        predictCohort(model, { ...(await cohort(7, 4)), batchSize: 3, onProgress }),
      );
      expectTypeOf(records).toEqualTypeOf<OutputRecord[]>();
      expect(records.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(records.map((record) => (isFailure(record) ? record.code : record.ageMonths))).toEqual([
        ...[140, 160, 140, 160, "ERR_DEEPLASIA_IMAGE_MISSING", 160, 140],
      ]);
      expect(events.map(({ done, total, failed }) => [done, total, failed])).toEqual([
        [3, 7, 0],
        [6, 7, 1],
        [7, 7, 1],
      ]);
    }));

  test("does not depend on batch size or number of workers", () =>
    withModel(async (model) => {
      const files = await cohort(11, 4);
      const runs = [1, 2, 4, 16].map((batchSize) =>
        collect(predictCohort(model, { ...files, batchSize, numWorkers: batchSize })),
      );
      const [first, ...others] = await Promise.all(runs);
      for (const other of others) expect(other).toEqual(first);
    }));

  test("stops at the signal after the rows in flight, and can be left early", () =>
    withModel(async (model) => {
      const files = await cohort(40);
      const controller = new AbortController();
      const reason = new Error("enough");
      const rows: number[] = [];
      const run = async () => {
        for await (const { row } of predictCohort(model, {
          ...files,
          batchSize: 2,
          signal: controller.signal,
        })) {
          rows.push(row);
          if (row === 5) controller.abort(reason);
        }
      };
      await expect(run()).rejects.toBe(reason);
      expect(rows.length).toBeLessThan(40);
      expect(rows).toEqual(rows.map((_, i) => i + 1));
      for await (const record of predictCohort(model, files)) {
        expect(record.row).toBe(1);
        break;
      }
    }));

  test("rejects with a DeeplasiaError for what concerns the whole cohort", () =>
    withModel(async (model) => {
      const files = await cohort(1);
      const bad = [
        [{ annotationCsv: files.annotationCsv }, "ERR_DEEPLASIA_OPTION"],
        [{ ...files, splitColumn: "s" }, "ERR_DEEPLASIA_OPTION"],
        [{ ...files, annotationCsv: `${files.annotationCsv}.none` }, "ERR_DEEPLASIA_CSV"],
        [{ ...files, batchSize: 0 }, "ERR_DEEPLASIA_OPTION"],
        [{ ...files, files: ["a.png"] }, "ERR_DEEPLASIA_USAGE"],
        [{ ...files, sex: "F" }, "ERR_DEEPLASIA_USAGE"],
        [{}, "ERR_DEEPLASIA_USAGE"],
      ] as const;
      for (const [options, code] of bad) {
        const error = await collect(predictCohort(model, options)).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(DeeplasiaError);
        expect(error).toMatchObject({ code });
      }
    }));
});

test("writePredictions resumes after a signal to the same bytes as an undisturbed run", () =>
  withModel(async (model) => {
    const files = await cohort(60, 11);
    const folder = await temporaryFolder();
    const [whole, parts] = [join(folder, "whole.csv"), join(folder, "parts.csv")];
    expect(await writePredictions(model, { ...files, outputPath: whole, batchSize: 4 })).toMatchObject({
      finished: true,
      rows: 60,
      failed: 1,
    });
    const controller = new AbortController();
    let written = 0;
    const stopped = writePredictions(model, {
      ...files,
      outputPath: parts,
      batchSize: 4,
      signal: controller.signal,
      onProgress: ({ done }) => {
        written = done;
        controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect(written).toBeLessThan(60);
    const resumed = await writePredictions(model, {
      ...files,
      outputPath: parts,
      batchSize: 4,
      resume: true,
    });
    expect(resumed).toMatchObject({ finished: true, rows: 60, failed: 1, resumedRows: written });
    expect(await readFile(parts, "utf8")).toBe(await readFile(whole, "utf8"));
  }));

test("predictImage takes files and bytes, and names missing or wrong arguments", () =>
  withModel(async (model) => {
    const bytes = await halves(200);
    const file = join(await temporaryFolder(), "hand.png");
    await writeFile(file, bytes);
    const expected = {
      ...{ notes: [], ageMonths: 160, ageZ: 1, rawMonths: null, sexHat: null, sex: "M", sexPredicted: false },
      ...{ sexFromHeader: false, chronologicalAgeMonths: null, ageFrom: null, mask: null },
      ...{ oriented: null, distance: null, quality: null },
      picture: { width: 40, height: 40, channels: 1, depth: 8 },
    };
    expect(await predictImage(model, file, { sex: "M" })).toEqual(expected);
    expect(await predictImage(model, bytes, { sex: "M" })).toEqual(expected);
    expect(bytes.length).toBeGreaterThan(0); // the caller's bytes are still there
    await expect(predictImage(model, file)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_SEX" });
    await expect(predictImage(model, `${file}.none`, { sex: "F" })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_IMAGE_MISSING",
      file: `${file}.none`,
    });
  }));

describeWithTestData("the film model", ["models/rsna-film-cnn.pt", "radiographs/annotations.csv"], () => {
  const expected = csvRows(readFileSync(testData("models/rsna-film-cnn.expected.csv"), "utf8"));

  test.each(["linear", "area"])(
    "gives the expected months with resize %s, one by one and as a cohort",
    async (resize) => {
      const manifest = fixture(`manifests/rsna-film-cnn-${resize}.json`);
      const model = await loadModel(testData("models/rsna-film-cnn.pt"), { manifest });
      const [imgDir, masks] = [testData("radiographs/images"), testData("radiographs/masks")];
      const annotationCsv = testData("radiographs/annotations.csv");
      const records = await collect(predictCohort(model, { annotationCsv, imgDir, maskDirs: [masks] }));
      expect(records).toHaveLength(73);
      for (const [i, record] of records.entries()) {
        if (isFailure(record)) throw new Error(record.message);
        expect(Math.abs(record.ageMonths - Number(expected[i]![`months_${resize}`]))).toBeLessThan(0.05);
      }
      for (const { dir, image_ID, sex, [`months_${resize}`]: months } of expected.slice(-5)) {
        const mask = join(masks, dir!, image_ID!);
        const one = await predictImage(model, join(imgDir, dir!, image_ID!), { sex: sex as "F" | "M", mask });
        expect(Math.abs(one.ageMonths - Number(months))).toBeLessThan(0.05);
      }
      await model.dispose();
    },
  );
});
