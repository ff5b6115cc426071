/** A model on cohorts that cannot be evaluated, or not wholly: an error before anything is predicted, or a report that states why. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { evaluateModels } from "../../src/index.js";
import { native } from "../../src/native.js";
import { withModels } from "../helpers/loadedModels.js";
import { modelFile } from "../helpers/model.js";
import { type CohortRow, halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { rejection } from "../helpers/trainer.js";

async function evaluate(rows: readonly CohortRow[], model = "mean-plus-sex", more = "") {
  const folder = await temporaryFolder();
  await writeCohort(folder, rows);
  const annotationCsv = join(folder, "cohort.csv");
  await writeFile(annotationCsv, `${await readFile(annotationCsv, "utf8")}${more}`);
  const out = join(folder, "report");
  const evaluation = withModels([modelFile(model)], (loaded) =>
    evaluateModels(loaded, {
      ...{ annotationCsv, imgDir: join(folder, "images"), out, resamples: 100 },
      ...{ noTestTtaRot: true, noTestTtaFlip: true },
    }),
  );
  return { evaluation, out };
}

async function reported(rows: readonly CohortRow[], model?: string) {
  const { evaluation, out } = await evaluate(rows, model);
  const found = await evaluation;
  const page = await readFile(join(out, "report.html"), "utf8");
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
  const left = found.report!.omissions.map(({ what }) => what);
  for (const what of left) expect(page).toContain(`<li>${what}: `);
  return { ...found, left };
}

const pictures = async (values: readonly number[], more: Omit<CohortRow, "image"> = {}) =>
  Promise.all(
    values.map(async (value, i) => ({
      ...{
        image: `${i}.png`,
        age: String(60 + 10 * i),
        bytes: await (value > 240 ? halves(255, 40, 230) : halves(value)),
      },
      ...more,
    })),
  );

test("one row: what needs several is left out", async () => {
  const { report, left } = await reported(await pictures([90]));
  expect(report!.flow).toMatchObject({ rows: 1, evaluated: 1 });
  expect(left).toEqual(expect.arrayContaining(["Bootstrap intervals", "Bland-Altman limits"]));
});

test("one sex, and the same age for every picture: neither a comparison of the sexes nor a correlation", async () => {
  const { report, left } = await reported(await pictures([90, 90, 90, 90, 90]));
  expect(report!.flow.evaluated).toBe(5);
  expect(left).toEqual(
    expect.arrayContaining(["A comparison of girls and boys", "Correlation", "Calibration slope"]),
  );
});

test("NaN for some pictures: these have no prediction, and are named", async () => {
  const { report, failed } = await reported(await pictures([60, 250, 80, 250, 70]), "nan-on-bright");
  expect(failed).toBe(2);
  expect(report!.flow).toMatchObject({ rows: 5, evaluated: 3 });
  expect(report!.failures.map(({ name }) => name)).toEqual(["a/1.png", "a/3.png"]);
});

test("NaN for all: no report, and the error counts the failures", async () => {
  const { evaluation, out } = await evaluate(await pictures([250, 250]), "nan-on-bright");
  expect(await rejection(evaluation)).toMatchObject({
    code: "ERR_DEEPLASIA_USAGE",
    message: expect.stringMatching(
      /no row of the part test can be evaluated: 2 pictures could not be predicted/,
    ),
  });
  expect(await readdir(out)).not.toContain("report.html");
});

test("a picture twice: refused before anything is predicted", async () => {
  const predict = vi.spyOn(native(), "predict");
  const { evaluation } = await evaluate(await pictures([60, 80]), undefined, "1.png,a,9,M,50\n");
  expect(await rejection(evaluation)).toMatchObject({
    code: "ERR_DEEPLASIA_CSV",
    message: expect.stringMatching(/rows 2 and 3 are both about 1\.png/),
  });
  expect(predict).not.toHaveBeenCalled();
  predict.mockRestore();
});
