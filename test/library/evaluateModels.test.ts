/** `evaluateModels`: a model on a cohort with a split, held against the evaluation at the end of a training run. */
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { evaluateModels, loadModel, writePredictions } from "../../src/index.js";
import { csvRows } from "../helpers/cli.js";
import { evaluatedRun, GREYS_COUNT } from "../helpers/evaluatedRun.js";
import { withModels } from "../helpers/loadedModels.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { rejection } from "../helpers/trainer.js";

const PARTS = ["train", "validation", "test"];

/** The rows of a run as files, with the ages that its network nearly predicts; and the same run, evaluated. */
async function site() {
  const run = await evaluatedRun("learns", GREYS_COUNT);
  const folder = await temporaryFolder();
  const model = join(folder, "small.pt");
  await copyFile(run.modelFile, model);
  const parts = await run.learnt();
  const after = await run.evaluate([], { parts });
  const rows = Object.entries(parts).flatMap(([part, { rows }]) => rows.map((row) => ({ ...row, part })));
  const annotationCsv = join(folder, "cohort.csv");
  const lines = rows.map(({ row, sex, boneAgeMonths }) => `${row}.png,,${row},${sex},${boneAgeMonths}`);
  await writeFile(annotationCsv, ["image_ID,dir,patient_ID,sex,bone_age", ...lines, ""].join("\n"));
  const splitCsv = join(folder, "splits.csv");
  const splits = rows.map(({ row, part }) => `${row},,${part}`);
  await writeFile(splitCsv, ["patient_ID,dir,scheme", ...splits, ""].join("\n"));
  const imgDir = join(run.modelFile, "..");
  const cohort = {
    annotationCsv,
    splitCsv,
    splitColumn: "scheme",
    imgDir,
    batchSize: 2,
    numWorkers: 2,
    resamples: 100,
  };
  return { run, after, model, folder, rows, cohort };
}

describe("the evaluation of a model", () => {
  test("is that at the end of training: CSVs, metrics, and the correction in a copy of the model", async () => {
    const { run, after, model, folder, cohort } = await site();
    const out = join(folder, "report");
    const found = await withModels([model], (loaded) => evaluateModels(loaded, { ...cohort, out }));
    expect(found.bias).toEqual(after.bias);
    expect(found.parts).toEqual({
      train: after.parts.train,
      validation: after.parts.val,
      test: after.parts.test,
    });
    for (const part of PARTS) {
      const [theirs, ours] = await Promise.all([
        run.csv(part),
        readFile(join(out, "predictions", `${part}_pred.csv`), "utf8").then(csvRows),
      ]);
      // Ours has further columns after them.
      expect(
        ours.map((row, i) => Object.fromEntries(Object.keys(theirs[i]!).map((name) => [name, row[name]]))),
      ).toEqual(theirs);
      expect(Object.keys(ours[0]!)).toContain(part === "train" ? "y_hat_reg_tta" : "tta_sd");
    }
    expect(found.report).toMatchObject({ column: "y_hat_reg_tta", flow: { rows: 18, evaluated: 5 } });
    expect(found.report!.ages.mad.value).toBeCloseTo(after.parts.test!.madRegTta!, 5);
    const { biasSlope, biasIntercept } = (await contractOf(found.model!))!;
    expect({ slope: biasSlope, intercept: biasIntercept }).toEqual(after.written);
    expect((await contractOf(model)).biasSlope).toBe(GREYS_COUNT.biasSlope);
    const metrics = JSON.parse(await readFile(join(out, "metrics.json"), "utf8"));
    expect(metrics.parts.test).toEqual(after.parts.test);
    // The reference's names of its plots.
    expect((await readdir(join(out, "predictions/plots"))).sort()).toEqual(
      PARTS.flatMap((part) => ["", "_reg", "_reg_tta"].map((ending) => `${part}${ending}.png`)).sort(),
    );
    expect((await sharp(join(out, "predictions/plots/test_reg_tta.png")).metadata()).width).toBeGreaterThan(
      500,
    );
    expect(found.report!.partDemographics.map(({ name, pictures }) => [name, pictures])).toEqual([
      ["train", 9],
      ["test", 5],
      ["val", 4],
    ]);
  });

  test("robustness: a turned picture has the age that a turned prediction gives it", async () => {
    const { model, folder, cohort } = await site();
    const out = join(folder, "report");
    const { annotationCsv, imgDir, splitCsv, splitColumn } = cohort;
    await withModels([model], async (loaded) => {
      const how = { ...cohort, out, robustness: true, noRegression: true, noTestTtaRot: true };
      const { robustness } = await evaluateModels(loaded, how);
      expect(robustness!.changes).toHaveLength(19);
      for (const { pictures } of robustness!.changes) expect(pictures).toBe(5);
      const outputPath = join(folder, "turned.csv");
      const rows = { annotationCsv, imgDir, splitCsv, splitColumn, splitName: "test" };
      await writePredictions(loaded, { ...rows, outputPath, rotationAngle: 30, batchSize: 2 });
      const turned = csvRows(await readFile(outputPath, "utf8"));
      const errors = turned.map((row) => Math.abs(Number(row.pred_bone_age) - Number(row.bone_age)));
      const byThirty = robustness!.changes.find(({ change }) => change === "turned 30° right");
      expect(byThirty!.mad).toBeCloseTo(errors.reduce((sum, error) => sum + error, 0) / errors.length, 3);
      const inverted = robustness!.changes.find(({ change }) => change === "inverted");
      expect(inverted!.moved).toBeGreaterThan(0);
    });
    const metrics = JSON.parse(await readFile(join(out, "metrics.json"), "utf8"));
    expect(metrics.robustness.changes).toHaveLength(19);
    expect(await readFile(join(out, "report.html"), "utf8")).toContain('<section id="robustness">');
  });

  test("in place changes the model, and what it predicts then is the corrected plain column", async () => {
    const { after, model, folder, cohort } = await site();
    const out = join(folder, "report");
    const found = await withModels([model], (loaded) =>
      evaluateModels(loaded, { ...cohort, out, inPlace: true }),
    );
    expect(found.model).toBe(model);
    expect((await contractOf(model)).biasSlope).toBe(after.bias.slope);
    const outputPath = join(folder, "again.csv");
    const { annotationCsv, imgDir } = cohort;
    await withModels([model], (loaded) =>
      writePredictions(loaded, { annotationCsv, imgDir, outputPath, batchSize: 2 }),
    );
    const again = new Map(
      csvRows(await readFile(outputPath, "utf8")).map((row) => [row.image_ID, row.pred_bone_age]),
    );
    // Without TTA both lines are one, so this is what `train` has as y_hat_reg.
    for (const row of csvRows(await readFile(join(out, "predictions/train_pred.csv"), "utf8")))
      expect(Number(again.get(row.filename!))).toBeCloseTo(Number(row.y_hat_reg), 3);
  });

  test("an ensemble keeps the corrections of its members, and gets none itself", async () => {
    const { model, folder, cohort } = await site();
    const other = join(folder, "other.pt");
    await copyFile(model, other);
    const out = join(folder, "report");
    const found = await withModels([model, other], (...both) => evaluateModels(both, { ...cohort, out }));
    expect(found.model).toBeNull();
    expect((await readdir(out)).filter((name) => name.endsWith(".pt"))).toEqual([]);
    const [row] = csvRows(await readFile(join(out, "predictions/test_pred.csv"), "utf8"));
    const { comparison } = found.report!;
    expect(comparison!.models.map(({ name }) => name)).toEqual(["ensemble", "small", "other"]);
    expect(comparison!.pairs.map(({ mad }) => mad.value)).toEqual([expect.closeTo(0), expect.closeTo(0), 0]);
    expect(comparison!.bestSubset).toMatchObject({ names: ["small"], chosenOn: "val" });
    expect(row).toMatchObject({ ensemble_sd: "0.0", small: row!.y_hat, other: row!.y_hat });
    const inPlace = withModels([model, other], (...both) =>
      evaluateModels(both, { ...cohort, out, overwrite: true, inPlace: true }),
    );
    expect(await rejection(inPlace)).toMatchObject({ code: "ERR_DEEPLASIA_OPTION" });
  });

  test("without a split all rows are one part, and the model's own correction counts", async () => {
    const { model, folder, cohort } = await site();
    const out = join(folder, "report");
    const { splitCsv: _, splitColumn: __, ...whole } = cohort;
    const found = await withModels([model], (loaded) =>
      evaluateModels(loaded, { ...whole, out, noTestTtaRot: true, noTestTtaFlip: true }),
    );
    expect(found).toMatchObject({ model: null, report: { column: "y_hat", flow: { evaluated: 18 } } });
    const rows = csvRows(await readFile(join(out, "predictions/test_pred.csv"), "utf8"));
    const predicted = csvRows(await readFile(join(out, "predictions/test.csv"), "utf8"));
    expect(rows.map((row) => row.y_hat)).toEqual(predicted.map((row) => row.pred_bone_age));
  });

  test("refuses what cannot be evaluated, before it predicts", async () => {
    const { model, folder, cohort } = await site();
    const out = join(folder, "report");
    const refused = (options: object) =>
      rejection(withModels([model], (loaded) => evaluateModels(loaded, { ...cohort, out, ...options })));
    const untrue = join(folder, "untrue.csv");
    await writeFile(untrue, "image_ID,dir,patient_ID,sex,bone_age\n1.png,,1,M,\n");
    expect(await refused({ annotationCsv: untrue })).toMatchObject({
      code: "ERR_DEEPLASIA_USAGE",
      message: expect.stringMatching(/none has a bone age/),
    });
    expect(await refused({ splitName: "tset" })).toMatchObject({
      code: "ERR_DEEPLASIA_OPTION",
      message: expect.stringMatching(/no such part/),
    });
    expect(await refused({ splitColumn: undefined })).toMatchObject({ code: "ERR_DEEPLASIA_OPTION" });
    expect(await refused({ calibrate: "test" })).toMatchObject({ code: "ERR_DEEPLASIA_OPTION" });
    await mkdir(out);
    await writeFile(join(out, "report.html"), "");
    expect(await refused({})).toMatchObject({ code: "ERR_DEEPLASIA_OUTPUT" });
    expect(await readdir(out)).toEqual(["report.html"]);
  });
});

async function contractOf(file: string) {
  await using model = await loadModel(file);
  return model.contract;
}
