/** The evaluation that ends a run: its files and its table against single predictions and sums by hand. */
import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { predictImage } from "../../src/index.js";
import { hyperParameterMetrics } from "../../src/run/evaluationTable.js";
import { evaluatedRun, GREYS_COUNT, withLoaded } from "../helpers/evaluatedRun.js";

const TEN_VIEWS = [-10, -5, 0, 5, 10].flatMap((angle) => [`rot=${angle}-no_flip`, `rot=${angle}-flip`]);
/** Mean absolute difference of a column from the truth. */
const madOf = (rows: Record<string, string>[], column: string) =>
  rows.reduce((sum, row) => sum + Math.abs(Number(row[column]) - Number(row.y)), 0) / rows.length;

describe("after training", () => {
  test("every view of every picture equals the model's prediction, in the reference's columns", async () => {
    const { rows, evaluate, csv, modelFile, predictions } = await evaluatedRun("learns", GREYS_COUNT);
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

  test("MADs and accuracies are those of the files", async () => {
    const { evaluate, csv, log } = await evaluatedRun("learns", GREYS_COUNT);
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

  test("settings switch off views, the correction and a part of the test split", async () => {
    const { evaluate, csv, modelFile } = await evaluatedRun("learns", GREYS_COUNT);
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

  test("the table of a network that learnt only the sex has no ages", async () => {
    const { evaluate, log } = await evaluatedRun("learns", GREYS_COUNT);
    const { parts } = await evaluate(["--model.age_sigma=0", "--model.sex_sigma=1"]);
    const table = log.slice(-4).map((line) => line.trim().split(/ {2,}/));
    expect(table[0]).toEqual(["pictures", "sex accuracy"]);
    expect(table[3]).toEqual(["test", "5", parts.test!.sexAccuracy!.toFixed(3)]);
  });
});
