/** `calibrateModel`: a site whose bone ages are a line of what the model predicts, and one of which it has nothing to learn. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { calibrateModel, loadModel, predictCohort } from "../../src/index.js";
import type { BiasLine } from "../../src/statistics/biasLine.js";
import type { Sex } from "../../src/words.js";
import { GREYS_COUNT } from "../helpers/evaluatedRun.js";
import { modelFile } from "../helpers/model.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { trainingRows } from "../helpers/trainingRows.js";

async function site(
  count: number,
  truthOf: (ageMonths: number, i: number, sex: Sex) => number,
  name = "learns",
) {
  const folder = await temporaryFolder();
  const rows = await trainingRows(folder, count);
  const annotationCsv = join(folder, "site.csv");
  const write = async (ages: readonly number[]) => {
    const lines = rows.map(({ row, sex }, i) => `${row}.png,,${row},${sex},${ages[i]}`);
    await writeFile(annotationCsv, ["image_ID,dir,patient_ID,sex,bone_age", ...lines, ""].join("\n"));
  };
  await write(rows.map(() => 100));
  const how = { annotationCsv, imgDir: folder };
  const model = await loadModel(modelFile(name), {
    contract: { ...GREYS_COUNT, biasSlope: 0, biasIntercept: 0 },
  });
  const predicted = async (one = model) => {
    const ages: number[] = [];
    for await (const record of predictCohort(one, how))
      if ("ageMonths" in record) ages.push(record.ageMonths);
    return ages;
  };
  const truths = (await predicted()).map((age, i) => truthOf(age, i, rows[i]!.sex));
  await write(truths);
  return { model, how, truths, predicted, out: join(folder, "site.pt") };
}

const noise = (i: number) => Math.sin(i * 12.9898) * 0.5;

test("a line that helps goes into a copy, with its provenance, and is what the copy predicts", async () => {
  const { model, how, truths, predicted, out } = await site(40, (age, i) => 0.9 * age - 5 + 0.002 * noise(i));
  const found = await calibrateModel(model, { ...how, out, resamples: 200 });
  expect(found).toMatchObject({ model: out, refusal: null, pictures: 40, failed: 0, bySex: null });
  expect(found.line.slope).toBeCloseTo(1 - 0.9, 1);
  expect(found.after).toBeLessThan(1);
  expect(found.gain.value).toBeCloseTo(found.after - found.before, 9);
  await model.dispose();
  await using copy = await loadModel(out);
  expect(copy.contract.provenance).toMatch(/linear correction for a site's 40 pictures/);
  const errors = (await predicted(copy)).map((age, i) => Math.abs(age - truths[i]!));
  expect(Math.max(...errors)).toBeLessThan(2);
});

test("a line for each sex: one of both would not do, and the copy corrects girls and boys by their own", async () => {
  const lines = { F: [0.95, 3.6], M: [1.04, -3.08] } as const;
  const truthOf = (age: number, i: number, sex: Sex) => lines[sex][0] * age + lines[sex][1] + 0.1 * noise(i);
  const { model, how, truths, predicted, out } = await site(40, truthOf, "mean-plus-sex");
  const one = await calibrateModel(model, { ...how, out, resamples: 200 });
  const found = await calibrateModel(model, { ...how, out, resamples: 200, bySex: true, overwrite: true });
  expect(found.refusal).toBeNull();
  // An error is prediction - truth: (1 - slope) * prediction - intercept.
  const { girls, boys } = found.bySex!;
  expect([girls!.slope, girls!.intercept]).toEqual([expect.closeTo(0.05, 2), expect.closeTo(-3.6, 0)]);
  expect([boys!.slope, boys!.intercept]).toEqual([expect.closeTo(-0.04, 2), expect.closeTo(3.08, 0)]);
  expect(found.after).toBeLessThan(0.1);
  expect(one.after).toBeGreaterThan(0.5);
  await model.dispose();
  await using copy = await loadModel(out);
  const { biasFemale, biasMale, provenance } = copy.contract;
  const close = ({ slope, intercept }: BiasLine) => [slope, intercept].map((one) => expect.closeTo(one, 9));
  expect(biasFemale).toEqual(close(girls!));
  expect(biasMale).toEqual(close(boys!));
  expect(provenance).toMatch(/linear correction by sex for a site's 40 pictures/);
  const errors = (await predicted(copy)).map((age, i) => Math.abs(age - truths[i]!));
  expect(Math.max(...errors)).toBeLessThan(0.2);
});

test("is refused, with the reason, where it shows no gain and where there are too few pictures", async () => {
  const same = await site(40, (age, i) => age + 20 * noise(i));
  const refused = await calibrateModel(same.model, { ...same.how, out: same.out, resamples: 200 });
  expect(refused.model).toBeNull();
  expect(refused.refusal).toMatch(/no gain is shown with 40 pictures/);
  await expect(loadModel(same.out)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_MODEL_MISSING" });
  await same.model.dispose();
  const few = await site(12, (age) => age - 30);
  const { refusal } = await calibrateModel(few.model, { ...few.how, out: few.out, resamples: 200 });
  expect(refusal).toMatch(/12 pictures .* at least 30/);
  await few.model.dispose();
});
