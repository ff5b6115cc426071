/** Prediction intervals of a model's contract, in everything that is predicted with it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createPredictor, writePredictions } from "../../src/index.js";
import { answerOf } from "../../src/service/answer.js";
import { csvRows } from "../helpers/cli.js";
import { variant, withModels } from "../helpers/loadedModels.js";
import { modelFile } from "../helpers/model.js";
import { halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const predictionIntervals = {
  pictures: 400,
  bandMonths: 24,
  levels: [
    { level: 0.8, halfWidth: 8, groups: [] },
    { level: 0.9, halfWidth: 9, groups: [{ sex: "F", halfWidth: 10 }] },
  ],
};

async function calibrated() {
  const beside = JSON.parse(await readFile(fixture("models/mean-plus-sex.json"), "utf8"));
  return variant(modelFile("mean-plus-sex"), "calibrated", { ...beside, predictionIntervals });
}

async function cohort() {
  const folder = await temporaryFolder();
  const bytes = await halves(120, 60);
  await writeCohort(folder, [
    { image: "girl.png", sex: "F", bytes },
    { image: "boy.png", sex: "M", bytes },
  ]);
  return { folder, run: { annotationCsv: join(folder, "cohort.csv"), imgDir: join(folder, "images") } };
}

test("are columns of the predictions of one model, by sex, and resumed as they are", async () => {
  const { folder, run } = await cohort();
  const file = await calibrated();
  const written = async (name: string, options: object = {}) => {
    const outputPath = join(folder, name);
    await withModels([file], (model) => writePredictions(model, { ...run, outputPath, ...options }));
    return csvRows(await readFile(outputPath, "utf8"));
  };
  const rows = await written("p.csv");
  const halfWidths = rows.map((row) =>
    [80, 90].map((level) => (Number(row[`pred_high_${level}`]) - Number(row[`pred_low_${level}`])) / 2),
  );
  for (const [i, expected] of [
    [8, 10],
    [8, 9],
  ].entries())
    for (const [j, width] of expected.entries()) expect(halfWidths[i]![j]).toBeCloseTo(width, 4);
  const middle = (Number(rows[0]!.pred_low_90) + Number(rows[0]!.pred_high_90)) / 2;
  expect(middle).toBeCloseTo(Number(rows[0]!.pred_bone_age), 4);
  expect(await written("p.csv", { resume: true })).toEqual(rows);
  // They were calibrated for the picture as it is.
  for (const other of [{ flip: true }, { rotationAngle: 5 }, { ttaFlip: true }])
    expect(Object.keys((await written("other.csv", other))[0]!)).not.toContain("pred_low_80");
});

test("are JSON too, and of the members of an ensemble, not of their mean", async () => {
  const { folder, run } = await cohort();
  const file = await calibrated();
  const outputPath = join(folder, "e.jsonl");
  const memberCsvs = join(folder, "members");
  await withModels([file, modelFile("mean-plus-sex")], (...models) =>
    writePredictions(models, { ...run, outputPath, memberCsvs, format: "jsonl" }),
  );
  const [mean] = (await readFile(outputPath, "utf8")).split("\n");
  expect(JSON.parse(mean!)).not.toHaveProperty("intervals");
  const columns = async (name: string) => (await readFile(join(memberCsvs, name), "utf8")).split("\n")[0];
  expect(await columns("calibrated.csv")).toContain("pred_low_80,pred_high_80,pred_low_90,pred_high_90");
  expect(await columns("mean-plus-sex.csv")).not.toContain("pred_low");
});

test("are in the answer about one picture, and in what the service answers", async () => {
  const { folder } = await cohort();
  const file = await calibrated();
  await withModels([file], async (model) => {
    await using predictor = await createPredictor(model);
    const prediction = await predictor.predict({ image: join(folder, "images/a/girl.png"), sex: "F" });
    const { ageMonths } = prediction;
    expect(prediction.intervals).toEqual([
      { level: 0.8, lowMonths: Math.fround(ageMonths - 8), highMonths: Math.fround(ageMonths + 8) },
      { level: 0.9, lowMonths: Math.fround(ageMonths - 10), highMonths: Math.fround(ageMonths + 10) },
    ]);
    const served = { name: "calibrated", members: { list: [model], names: null } };
    const context = { model: served, ageMonths: undefined } as unknown as Parameters<typeof answerOf>[1];
    expect(answerOf(prediction, context).interval).toEqual({
      ...{ level: 0.9, low: Math.fround(ageMonths - 10), high: Math.fround(ageMonths + 10) },
    });
  });
});
