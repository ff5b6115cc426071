/** What follows from the predictions of each view, held against what the reference wrote after training. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { silentLogger } from "../../src/console/logger.js";
import { Group } from "../../src/distributed/group.js";
import { fitCorrections } from "../../src/evaluation/corrections.js";
import { partMetrics } from "../../src/evaluation/partMetrics.js";
import type { PartPredictions } from "../../src/evaluation/partPredictions.js";
import { predictionsCsv } from "../../src/evaluation/predictionsCsv.js";
import { testTimeViews } from "../../src/inference/testTimeViews.js";
import { convertModel } from "../../src/model/convertModel.js";
import { evaluateAfterTraining } from "../../src/run/evaluateAfterTraining.js";
import { openAgeCohort } from "../../src/training/ageCohort.js";
import { csvRows } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { describeWithTestData, testData } from "../helpers/testData.js";
import { configOf } from "../helpers/trainConfig.js";

const FOLDER = "parity/predict/evaluation";
const text = (file: string) => readFileSync(testData(`${FOLDER}/${file}`), "utf8");
const PARTS = ["train", "validation", "test"] as const;

describeWithTestData("the reference's evaluation", [FOLDER], () => {
  /** The predictions of each view as the reference has them. */
  function partOf(name: (typeof PARTS)[number]): PartPredictions {
    const all = name !== "train";
    const views = testTimeViews({ rotate: all, flip: all }).map((view) => view.name);
    const rows = csvRows(text(`${name}_pred.csv`)).map((row) => ({
      filename: row.filename!,
      male: Number(row.male) as 0 | 1,
      boneAgeMonths: Number(row.y),
      ageMonths: views.map((view) => Math.fround(Number(row[`y_hat-${view}`]))),
      maleHat: views.map((view) => Math.fround(Number(row[`male_hat-${view}`]))),
    }));
    return { views, rows };
  }

  it("fits the line that it logs", () => {
    const { plain, mean } = fitCorrections(partOf("train"));
    expect(plain.slope.toFixed(4)).toBe("-0.0621");
    expect(plain.intercept.toFixed(4)).toBe("-18.1034");
    expect(mean).toEqual(plain);
  });

  it.each(PARTS)("writes its %s_pred.csv", (name) => {
    const ours = predictionsCsv(partOf(name), fitCorrections(partOf("train")));
    const theirs = text(`${name}_pred.csv`);
    expect(ours.split("\n")[0]).toBe(theirs.split("\n")[0]);
    const [a, b] = [csvRows(ours), csvRows(theirs)];
    expect(a).toHaveLength(b.length);
    for (const [i, row] of b.entries()) {
      for (const [column, cell] of Object.entries(row)) {
        const found = a[i]![column]!;
        // The reference sums and corrects in float32.
        if (/^(y_hat|male_hat|y_hat_reg|y_hat_reg_tta)$/.test(column))
          expect(Math.abs(Number(found) - Number(cell)), column).toBeLessThan(5e-5);
        else expect(found, column).toBe(cell);
      }
    }
  });

  it.each(PARTS)("has its MADs and accuracy of %s", (name) => {
    const log = text("log.txt");
    const logged = (what: string) => Number(new RegExp(`${name} ${what}: ([\\d.]+)`).exec(log)![1]);
    const { pictures, mad, madReg, madRegTta, sexAccuracy } = partMetrics(
      partOf(name),
      fitCorrections(partOf("train")),
    );
    expect(pictures).toBe(name === "train" ? 43 : 15);
    expect(mad).toBeCloseTo(logged("mad \\(without TTA and regression\\)"), 4);
    expect(madReg).toBeCloseTo(logged("mad \\(after regression\\)"), 4);
    expect(madRegTta).toBeCloseTo(logged("mad \\(after regression and TTA\\)"), 4);
    expect(sexAccuracy).toBeCloseTo(logged("sex accuracy \\(potentially TTA\\)"), 10);
  });
});

const CHECKPOINT = "parity/checkpoints/lightning_b0.ckpt";
const SPLIT = "parity/predict/split.csv";

describeWithTestData("the whole stage", [FOLDER, CHECKPOINT, SPLIT, "radiographs"], () => {
  /** The checkpoint as `train` leaves a best model. */
  async function bestModel(folder: string): Promise<string> {
    const file = join(folder, "best_model.pt");
    await convertModel(testData(CHECKPOINT), file);
    return file;
  }

  it("predicts, corrects and measures as the reference's on the same model and pictures", async () => {
    const folder = await temporaryFolder();
    const { config } = await configOf(
      `--data.annotation_path=${testData("radiographs/annotations.csv")}`,
      `--data.split_path=${testData(SPLIT)}`,
      "--data.split_column=small",
      `--data.img_dir=${testData("radiographs/images")}`,
      `--data.mask_dirs=["${testData("radiographs/masks")}"]`,
      "--data.num_workers=2",
    );
    const { parts: cohort } = await openAgeCohort(config.data);
    const { bias, parts } = await evaluateAfterTraining({
      modelFile: await bestModel(folder),
      folder: { predictions: folder },
      parts: cohort,
      group: Group.alone,
      config,
      device: "cpu",
      logger: silentLogger,
      onFailure: (_row, error) => expect.unreachable(error.message),
    });
    const log = text("log.txt");
    const logged = (what: string) => Number(log.split(`${what}: `)[1]!.split("\n")[0]!.split("\t")[0]);
    expect(bias.slope.toFixed(4)).toBe(logged("slope").toFixed(4));
    expect(bias.intercept.toFixed(3)).toBe(logged("intercept").toFixed(3));
    for (const [part, name] of [
      ["train", "train"],
      ["val", "validation"],
      ["test", "test"],
    ] as const) {
      expect(parts[part]!.mad).toBeCloseTo(logged(`${name} mad (without TTA and regression)`), 3);
      expect(parts[part]!.madReg).toBeCloseTo(logged(`${name} mad (after regression)`), 3);
      expect(parts[part]!.madRegTta).toBeCloseTo(logged(`${name} mad (after regression and TTA)`), 3);
      expect(parts[part]!.sexAccuracy).toBeCloseTo(logged(`${name} sex accuracy (potentially TTA)`), 10);
      const ours = csvRows(readFileSync(join(folder, `${name}_pred.csv`), "utf8"));
      const theirs = csvRows(text(`${name}_pred.csv`));
      expect(ours).toHaveLength(theirs.length);
      // Months: 0.001 is 2e-5 in z, what float32 arithmetic in another order explains.
      for (const [i, row] of theirs.entries())
        for (const [column, cell] of Object.entries(row))
          if (column.includes("hat"))
            expect(Math.abs(Number(ours[i]![column]) - Number(cell)), column).toBeLessThan(1e-3);
          else expect(ours[i]![column], column).toBe(cell);
    }
  });
});

it("leaves out the columns of corrections, the sex and views that were not made", () => {
  const part = {
    views: testTimeViews({ rotate: false, flip: true }).map(({ name }) => name),
    rows: [
      { filename: "a, b.png", male: 1 as const, boneAgeMonths: 12.5, ageMonths: [10, 13], maleHat: null },
    ],
  };
  expect(predictionsCsv(part, null)).toBe(
    ',filename,male,y,y_hat-rot=0-no_flip,y_hat-rot=0-flip,y_hat\n0,"a, b.png",1.0,12.5,10.0,13.0,11.5\n',
  );
  expect(partMetrics(part, null)).toEqual({
    pictures: 1,
    mad: 2.5,
    madReg: null,
    madRegTta: null,
    sexAccuracy: null,
  });
});
