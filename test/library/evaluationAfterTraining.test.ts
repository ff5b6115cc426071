/** The evaluation that ends a run, on a small network: what it writes, held against single predictions and sums by hand. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeArchiveManifest } from "../../src/checkpoint/saveNetwork.js";
import { mergeManifests } from "../../src/contract/merge.js";
import { archiveSources } from "../../src/contract/sources.js";
import { Group } from "../../src/distributed/group.js";
import { type BoneAgeModel, loadModel, type Manifest, predictImage } from "../../src/index.js";
import { type EvaluationOptions, evaluateAfterTraining } from "../../src/run/evaluateAfterTraining.js";
import { hyperParameterMetrics } from "../../src/run/evaluationTable.js";
import type { TrainingRow } from "../../src/training/trainingRow.js";
import { csvRows } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";
import { configOf } from "../helpers/trainConfig.js";
import { rejection } from "../helpers/trainer.js";
import { trainingRows } from "../helpers/trainingRows.js";

const TEN_VIEWS = [-10, -5, 0, 5, 10].flatMap((angle) => [`rot=${angle}-no_flip`, `rot=${angle}-flip`]);
/** Grey values reach the network as they are; a correction that is of no use any more. */
const GREYS_COUNT: Manifest = {
  normalise: "fixed",
  normaliseMean: [0],
  normaliseSd: [1],
  biasSlope: 0.3,
  biasIntercept: 5,
};

/** 9 rows to train, 4 to validate, 5 to test, and a model of the run's own. */
async function run(name: string, contract: Manifest, broken: number[] = []) {
  const folder = await temporaryFolder();
  const rows = await trainingRows(folder, 18, broken);
  const modelFile = join(folder, "best_model.pt");
  const archive = fixture(`models/${name}.pt`);
  const { manifest } = mergeManifests(await archiveSources(archive));
  await writeArchiveManifest(archive, modelFile, { ...manifest, ...contract }, { trust: false });
  const parts = {
    train: { rows: rows.slice(0, 9) },
    val: { rows: rows.slice(9, 13) },
    test: { rows: rows.slice(13) },
  };
  const predictions = join(folder, "predictions");
  const log: string[] = [];
  const failures: [TrainingRow, string][] = [];
  const say = (message: string) => void log.push(message);
  const evaluate = async (flags: string[] = [], more: Partial<EvaluationOptions> = {}) => {
    const { config } = await configOf("--data.test_batch_size=2", "--data.num_workers=2", ...flags);
    return evaluateAfterTraining({
      modelFile,
      folder: { predictions },
      parts,
      group: Group.alone,
      config,
      device: "cpu",
      logger: { info: say, warn: say, error: say },
      onFailure: (row, error) => failures.push([row, error.code]),
      ...more,
    });
  };
  const csv = async (part: string) => csvRows(await readFile(join(predictions, `${part}_pred.csv`), "utf8"));
  /** The same rows with ages as of a network that has learnt them: they are off by a line, and a little more. */
  const learnt = async () => {
    await evaluate();
    log.length = 0;
    const of = async (part: keyof typeof parts, file: string) => {
      const said = (await csv(file)).map((row) => Number(row["y_hat-rot=0-no_flip"]));
      const ages = said.map((months, i) => months - (0.08 * months - 4) + 0.01 * ((i % 3) - 1));
      return { rows: parts[part].rows.map((row, i) => ({ ...row, boneAgeMonths: ages[i]! })) };
    };
    return {
      train: await of("train", "train"),
      val: await of("val", "validation"),
      test: await of("test", "test"),
    };
  };
  return { rows, parts, modelFile, predictions, log, failures, evaluate, csv, learnt };
}

async function withLoaded<T>(file: string, contract: Manifest, use: (model: BoneAgeModel) => Promise<T>) {
  const model = await loadModel(file, { contract });
  try {
    return await use(model);
  } finally {
    await model.dispose();
  }
}

/** Mean absolute difference of a column from the truth. */
const madOf = (rows: Record<string, string>[], column: string) =>
  rows.reduce((sum, row) => sum + Math.abs(Number(row[column]) - Number(row.y)), 0) / rows.length;

describe("after training", () => {
  test("every view of every picture is what the model predicts, in the reference's columns", async () => {
    const { rows, evaluate, csv, modelFile, predictions } = await run("learns", GREYS_COUNT);
    await evaluate();
    expect((await readdir(predictions)).sort()).toEqual([
      "test_pred.csv",
      "train_pred.csv",
      "validation_pred.csv",
    ]);
    await withLoaded(modelFile, { biasSlope: 0, biasIntercept: 0 }, async (model) => {
      for (const [part, views, from] of [
        ["train", ["rot=0-no_flip"], 0],
        ["validation", TEN_VIEWS, 9],
        ["test", TEN_VIEWS, 13],
      ] as const) {
        const found = await csv(part);
        expect(Object.keys(found[0]!)).toEqual([
          ...["", "filename", "male", "y"],
          ...views.flatMap((view) => [`y_hat-${view}`, `male_hat-${view}`]),
          ...["y_hat", "male_hat", "y_hat_reg", "y_hat_reg_tta"],
        ]);
        for (const [i, cells] of found.entries()) {
          const { imageId, imagePath, sex, male, boneAgeMonths } = rows[from + i]!;
          expect([cells[""], cells.filename, Number(cells.male), Number(cells.y)]).toEqual([
            ...[String(i), imageId, male, boneAgeMonths],
          ]);
          const readings = [];
          for (const view of views) {
            const [, angle, flip] = /^rot=(.+)-(no_flip|flip)$/.exec(view)!;
            const one = { sex, rotationAngle: Number(angle), flip: flip === "flip" };
            const reading = await predictImage(model, imagePath, one);
            readings.push(reading);
            expect(Number(cells[`y_hat-${view}`]), view).toBeCloseTo(reading.ageMonths, 3);
            expect(Number(cells[`male_hat-${view}`]), view).toBeCloseTo(reading.sexHat!, 5);
          }
          const sum = readings.reduce((months, { ageMonths }) => months + ageMonths, 0);
          expect(Number(cells.y_hat)).toBeCloseTo(sum / views.length, 3);
        }
      }
    });
  });

  test.each([[[]], [["--train_tta_flip"]]])(
    "the model file corrects by the line through the errors of the train predictions %s",
    async (flags: string[]) => {
      const { rows, evaluate, csv, modelFile, log, learnt } = await run("learns", GREYS_COUNT);
      const { bias, written } = await evaluate(flags, { parts: await learnt() });
      expect(written).toEqual(bias);
      const train = await csv("train");
      // The normal equations, from the file.
      const x = train.map((row) => Number(row.y_hat));
      const y = train.map((row) => Number(row.y_hat) - Number(row.y));
      const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
      const [n, sx, sy] = [x.length, sum(x), sum(y)];
      const sxy = sum(x.map((value, i) => value * y[i]!));
      const slope = (n * sxy - sx * sy) / (n * sum(x.map((value) => value * value)) - sx * sx);
      const intercept = (sy - slope * sx) / n;
      expect(bias.slope / slope).toBeCloseTo(1, 4);
      expect(bias.intercept / intercept).toBeCloseTo(1, 4);
      expect(log.join()).toContain(
        `slope ${bias.slope.toFixed(4)}, intercept ${bias.intercept.toFixed(4)} months`,
      );
      await withLoaded(modelFile, {}, async (model) => {
        expect(model.contract).toMatchObject({ biasSlope: bias.slope, biasIntercept: bias.intercept });
        expect(model.contract).toMatchObject({ normalise: "fixed", ageMeanMonths: 120, name: "test model" });
        for (const [i, cells] of (await csv("test")).entries()) {
          const { imagePath, sex } = rows[13 + i]!;
          const { ageMonths } = await predictImage(model, imagePath, { sex });
          const raw = Number(cells["y_hat-rot=0-no_flip"]);
          expect(ageMonths).toBeCloseTo(raw - (bias.slope * raw + bias.intercept), 2);
          const mean = Number(cells.y_hat);
          expect(Number(cells.y_hat_reg_tta)).toBeCloseTo(mean - (bias.slope * mean + bias.intercept), 2);
        }
      });
    },
  );

  describe("a line that cannot be a bias is not written, and a warning and the table say so:", () => {
    const expectNone = async (modelFile: string, log: string[], why: RegExp) => {
      expect(log.join("\n")).toMatch(why);
      expect(log.at(-1)).toContain(
        "MAD_reg and MAD_reg_tta are with the bias correction that the model did not get",
      );
      await withLoaded(modelFile, {}, async ({ contract }) =>
        expect(contract).toMatchObject({ biasSlope: 0, biasIntercept: 0 }),
      );
    };

    test("fitted to a network that has not learnt ages", async () => {
      const { evaluate, modelFile, log } = await run("learns", GREYS_COUNT);
      const { bias, written } = await evaluate();
      expect(bias.slope).toBeGreaterThan(1);
      expect(written).toEqual({ slope: 0, intercept: 0 });
      await expectNone(
        modelFile,
        log,
        /gets no bias correction: a bias slope of 1\.23 multiplies bone ages by -0\.23/,
      );
    });

    test("no gain for validation", async () => {
      const { evaluate, modelFile, log, learnt } = await run("learns", GREYS_COUNT);
      const parts = await learnt();
      const rows = parts.val.rows.map((row) => ({
        ...row,
        boneAgeMonths: (row.boneAgeMonths - 4) / 0.92,
      }));
      await evaluate([], { parts: { ...parts, val: { rows } } });
      await expectNone(
        modelFile,
        log,
        /it does not improve validation: MAD [\d.]+ months with it, 0\.\d+ without/,
      );
    });

    test("fitted to few pictures", async () => {
      const { evaluate, modelFile, log, learnt } = await run("learns", GREYS_COUNT);
      const parts = await learnt();
      await evaluate([], { parts: { ...parts, train: { rows: parts.train.rows.slice(0, 5) } } });
      await expectNone(modelFile, log, /it was fitted to 5 picture\(s\); at least 8 are needed/);
    });
  });

  test("MADs and accuracies are those of the files", async () => {
    const { evaluate, csv, log } = await run("learns", GREYS_COUNT);
    const { parts } = await evaluate();
    for (const [part, file] of [
      ["train", "train"],
      ["val", "validation"],
      ["test", "test"],
    ] as const) {
      const rows = await csv(file);
      const right = rows.filter((row) => Number(row.male_hat) > 0.5 === (row.male === "1.0"));
      const { mad, madReg, madRegTta, sexAccuracy, pictures } = parts[part]!;
      expect(pictures).toBe(rows.length);
      expect(mad).toBeCloseTo(madOf(rows, "y_hat-rot=0-no_flip"), 3);
      expect(madReg).toBeCloseTo(madOf(rows, "y_hat_reg"), 3);
      expect(madRegTta).toBeCloseTo(madOf(rows, "y_hat_reg_tta"), 3);
      expect(sexAccuracy).toBe(right.length / rows.length);
      const cells = [
        file,
        pictures,
        ...[mad, madReg!, madRegTta!].map((months) => months.toFixed(2)),
        sexAccuracy!.toFixed(3),
      ];
      expect(log.map((line) => line.split(/ +/).join())).toContain(cells.join());
    }
    const { val, test: tested } = parts;
    expect(hyperParameterMetrics(parts)).toEqual({
      "hp/validation_mad": val!.mad,
      "hp/validation_mad_reg": val!.madReg,
      "hp/validation_mad_reg_tta": val!.madRegTta,
      "hp/test_mad": tested!.mad,
      "hp/test_mad_reg": tested!.madReg,
      "hp/test_mad_reg_tta": tested!.madRegTta,
    });
  });

  test("without views, correction and all of the test split, as the settings say", async () => {
    const { evaluate, csv, modelFile } = await run("learns", GREYS_COUNT);
    const flags = [
      "--no_test_tta_rot",
      "--train_tta_flip",
      "--no_regression",
      "--trainer.limit_test_batches=1",
    ];
    const { parts, bias } = await evaluate(flags);
    expect(parts).toMatchObject({ train: { pictures: 9 }, val: { pictures: 4 }, test: { pictures: 2 } });
    for (const part of ["train", "test"])
      expect(Object.keys((await csv(part))[0]!).filter((column) => column.startsWith("y_hat"))).toEqual([
        ...["y_hat-rot=0-no_flip", "y_hat-rot=0-flip", "y_hat"],
      ]);
    expect(parts.test).toMatchObject({ madReg: null, madRegTta: null });
    expect(hyperParameterMetrics(parts)).toMatchObject({
      "hp/test_mad_reg": -1,
      "hp/validation_mad_reg_tta": -1,
    });
    expect(bias).toEqual({ slope: 0, intercept: 0 });
    await withLoaded(modelFile, {}, async ({ contract }) =>
      expect(contract).toMatchObject({ biasSlope: 0, biasIntercept: 0 }),
    );
  });

  test("rows that fail are reported and left out; a part without any row is", async () => {
    const { evaluate, parts, failures, csv, predictions, log } = await run(
      "learns",
      GREYS_COUNT,
      [3, 11, 12],
    );
    const result = await evaluate([], { parts: { ...parts, test: { rows: [] } } });
    expect(failures.map(([{ row }, code]) => [row, code])).toEqual(
      [3, 11, 12].map((row) => [row, "ERR_DEEPLASIA_IMAGE_UNREADABLE"]),
    );
    expect(result.failed).toBe(3);
    expect(result.parts).toMatchObject({ train: { pictures: 8 }, val: { pictures: 2 } });
    expect(Object.keys(result.parts)).not.toContain("test");
    expect(hyperParameterMetrics(result.parts)["hp/test_mad"]).toBe(-1);
    expect((await csv("validation")).map((row) => row.filename)).toEqual(["10.png", "13.png"]);
    expect(await readdir(predictions)).toHaveLength(2);
    expect(log.join("\n")).toContain("3 rows could not be predicted");
  });

  test("strict: the first row that fails ends it, and nothing is written", async () => {
    const { evaluate, predictions } = await run("learns", GREYS_COUNT, [11]);
    expect(await rejection(evaluate(["--strict"]))).toMatchObject({
      code: "ERR_DEEPLASIA_IMAGE_UNREADABLE",
      row: 11,
    });
    await expect(readdir(predictions)).rejects.toThrow("ENOENT");
  });

  test("predictions that are all the same are not corrected", async () => {
    // Scaled to [0, 1], all pictures are one; and this network has neither a sex head nor a sex input.
    const { evaluate, log, csv } = await run("one-input", { biasSlope: 0.3 });
    const { bias, parts } = await evaluate(["--train_tta_rot"]);
    expect(bias).toEqual({ slope: 0, intercept: 0 });
    expect(parts.test).toMatchObject({ madReg: null, sexAccuracy: null });
    expect(log.join("\n")).toContain("no bias correction: the train predictions are all the same");
    expect(Object.keys((await csv("test"))[0]!)).not.toContain("y_hat_reg");
  });

  test("of a network that learnt the sex alone the table has no ages", async () => {
    const { evaluate, log } = await run("learns", GREYS_COUNT);
    const { parts } = await evaluate(["--model.age_sigma=0", "--model.sex_sigma=1"]);
    const table = log.slice(-4).map((line) => line.trim().split(/ {2,}/));
    expect(table[0]).toEqual(["pictures", "sex accuracy"]);
    expect(table[3]).toEqual(["test", "5", parts.test!.sexAccuracy!.toFixed(3)]);
  });

  test("at the signal it stops, nothing is written, and the model is as it was", async () => {
    const { evaluate, predictions, modelFile } = await run("learns", GREYS_COUNT);
    const before = await readFile(modelFile);
    const stop = new AbortController();
    const labels = new Set<string>();
    const progress = {
      update({ label, done }: { label?: string; done: number }) {
        labels.add(label!);
        if (label === "predicting test" && done === 2) stop.abort(new Error("enough"));
      },
      hide() {},
      finish() {},
    };
    const reason = await evaluate([], { signal: stop.signal, progress }).catch((error) => error);
    expect(reason).toBe(stop.signal.reason);
    expect([...labels]).toEqual(["predicting train", "predicting validation", "predicting test"]);
    await expect(readdir(predictions)).rejects.toThrow("ENOENT");
    expect(before.equals(await readFile(modelFile))).toBe(true);
  });
});
