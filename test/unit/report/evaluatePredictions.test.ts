import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluatePredictions } from "../../../src/report/evaluatePredictions.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";
import { describeWithTestData, testData } from "../../helpers/testData.js";

const FEW = { resamples: 200 };

/** 60 children with truths, predictions, patients with two pictures each, two sites and two raters. */
const children = Array.from({ length: 60 }, (_, i) => {
  const truth = 10 + i * 3.4;
  const error = ((i * 37) % 23) - 10;
  return {
    name: `${i}.png`,
    patient: i >> 1,
    sex: i % 3 === 0 ? "M" : "F",
    truth,
    prediction: truth + error,
    error,
  };
});
const ANNOTATIONS = [
  "image_ID,dir,patient_ID,sex,bone_age,chronological_age,site,rater_a,rater_b",
  ...children.map(
    ({ name, patient, sex, truth }, i) =>
      `${name},x,${patient},${sex},${truth},${truth - 6},${i % 2 ? "Bonn" : ""},${truth + 2},${truth - 4}`,
  ),
].join("\n");
const PREDICTIONS = [
  "image_ID,dir,sex,pred_bone_age,sex_hat",
  ...children.map(
    ({ name, sex, prediction }) =>
      `${name},x,${sex === "M" ? "1.0" : "0.0"},${prediction},${sex === "M" ? 0.8 : 0.3}`,
  ),
].join("\n");

async function evaluate(
  files: Record<string, string>,
  options: Parameters<typeof evaluatePredictions>[1] = {},
) {
  const folder = await writeTree(await temporaryFolder(), files);
  const annotationCsv = "truth.csv" in files ? join(folder, "truth.csv") : undefined;
  return evaluatePredictions(join(folder, "p.csv"), { annotationCsv, ...FEW, ...options });
}

const whole = { "p.csv": PREDICTIONS, "truth.csv": ANNOTATIONS };

describe("the numbers", () => {
  test("are those of the rows, joined by picture whatever their order", async () => {
    const [header, ...lines] = PREDICTIONS.split("\n");
    const shuffled = [header, ...lines.reverse()].join("\n");
    const found = await evaluate({ ...whole, "p.csv": shuffled }, { by: ["site"] });
    const mad = children.reduce((sum, { error }) => sum + Math.abs(error), 0) / 60;
    expect(found.ages.mad.value).toBeCloseTo(mad, 10);
    expect(found.ages.within6.value).toBeCloseTo(
      children.filter(({ error }) => Math.abs(error) <= 6).length / 60,
      12,
    );
    expect(found.sex!.accuracy.value).toBe(1);
    expect(found.demographics[0]).toMatchObject({ pictures: 60, patients: 30, girls: 40, boys: 20 });
    expect(found.chronological!.true).toEqual({ mean: expect.closeTo(6, 9), sd: expect.closeTo(0, 9) });
    expect(found.raters!.interRaterMad).toBeCloseTo(6, 9);
    const [sex, age, site] = found.groupings;
    expect(sex!.groups.map(({ name, pictures, isSmall }) => [name, pictures, isSmall])).toEqual([
      ["girls", 40, false],
      ["boys", 20, true],
    ]);
    expect(age!.groups.map(({ pictures }) => pictures).reduce((a, b) => a + b)).toBe(60);
    expect(site!.groups.map(({ name }) => name)).toEqual(["Bonn", "unknown"]);
    expect(found.omissions).toEqual([]);
  });

  test("count each row once: excluded, without prediction, evaluated", async () => {
    const truth = [
      ...ANNOTATIONS.split("\n"),
      "a.png,x,a,M,,,,,",
      "b.png,x,b,M,old,,,,",
      "c.png,x,c,F,90,,,,",
    ].join("\n");
    const lines = PREDICTIONS.replace(/^0\.png.*$/m, "0.png,x,1.0,nan,0.5").replace(
      /^1\.png.*$/m,
      "1.png,x,1.0,?,0.5",
    );
    const found = await evaluate({ "truth.csv": truth, "p.csv": `${lines}\nstranger.png,x,1.0,90,0.5` });
    expect(found.flow).toEqual({
      rows: 63,
      excluded: { "no bone age": 1, "bone age is no number": 1 },
      failed: { "the prediction is empty or NaN": 1, "the prediction is no number": 1, "no prediction": 1 },
      evaluated: 58,
      surplus: 1,
    });
    expect(found.failures.map(({ name }) => name)).toEqual(["x/0.png", "x/1.png", "x/c.png"]);
    expect(found.notes).toEqual(["1 prediction is about a picture outside the cohort: not counted"]);
  });

  test("are those of one part of a split", async () => {
    const split = [
      "patient_ID,dir,s",
      ...children.map(({ patient }) => `${patient},x,${patient < 10 ? "test" : "train"}`),
    ];
    const folder = await writeTree(await temporaryFolder(), { "s.csv": [...new Set(split)].join("\n") });
    const found = await evaluate(whole, { splitCsv: join(folder, "s.csv"), splitColumn: "s" });
    expect(found.flow).toMatchObject({ evaluated: 20, excluded: { "not in the part test": 40 } });
    await expect(evaluate(whole, { splitColumn: "s" })).rejects.toThrow(
      "`splitColumn` is given without `splitCsv`",
    );
  });

  test("have prediction intervals that cover as many new pictures as they should, by sex", async () => {
    const noise = (i: number) => Math.sin(i * 12.9898) * 43758.5453;
    const many = Array.from({ length: 1200 }, (_, i) => {
      const size = i % 3 === 0 ? 20 : 6;
      return {
        sex: i % 3 === 0 ? "M" : "F",
        truth: 30 + (i % 150),
        error: size * (2 * (noise(i) - Math.floor(noise(i))) - 1),
      };
    });
    const csv = many
      .map(({ sex, truth, error }, i) => `\n${i},d,${i},${sex},${truth},${truth + error}`)
      .join("");
    const split = many.map((_, i) => `\n${i},d,${i % 2 ? "val" : "test"}`).join("");
    const files = { "p.csv": `image_ID,dir,patient_ID,sex,bone_age,pred_bone_age${csv}` };
    const folder = await writeTree(await temporaryFolder(), { "s.csv": `patient_ID,dir,s${split}` });
    const part = { splitCsv: join(folder, "s.csv"), splitColumn: "s" };
    const out = join(folder, "report");
    const { intervals } = await evaluate(files, { ...part, calibrate: "val", out });
    for (const { level, bySex, coverage } of intervals!.levels) {
      expect(Math.abs(bySex.boys! - 20 * level)).toBeLessThan(2);
      expect(Math.abs(bySex.girls! - 6 * level)).toBeLessThan(0.6);
      for (const { group, coverage: found } of coverage.slice(0, 3))
        expect(Math.abs(found.value - level), `${group} at ${level}`).toBeLessThan(0.06);
    }
    const lines = (await readFile(join(out, "intervals.csv"), "utf8")).trim().split("\n");
    expect(lines[0]).toBe(
      "image_ID,dir,bone_age,pred_bone_age,lower_80,upper_80,lower_90,upper_90,lower_95,upper_95",
    );
    expect(lines).toHaveLength(601);
    await expect(evaluate(files, { ...part, calibrate: "test" })).rejects.toThrow(
      "is the part that is evaluated",
    );
    await expect(evaluate(files, { calibrate: "val" })).rejects.toThrow("there is no split");
  });

  test("have SDS with a table of SDs, interpolated and never extrapolated", async () => {
    const folder = await writeTree(await temporaryFolder(), {
      "sd.csv": "sex,age,sd\nM,0,2\nM,100,4\nF,0,3\nF,100,3\n",
      "bad.csv": "sex,age,sd\nM,0,-1\n",
    });
    const found = await evaluate(whole, { referenceSd: join(folder, "sd.csv") });
    const known = children.filter(({ truth }) => truth - 6 <= 100);
    const sd = ({ sex, truth }: (typeof children)[0]) => (sex === "F" ? 3 : 2 + (2 * (truth - 6)) / 100);
    const mean = known.reduce((sum, child) => sum + 6 / sd(child), 0) / known.length;
    expect(found.chronological!.scores).toMatchObject({
      pictures: known.length,
      true: { mean: expect.closeTo(mean, 9) },
    });
    await expect(evaluate(whole, { referenceSd: join(folder, "bad.csv") })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_ROW",
    });
  });
});

describe("bad input", () => {
  const header = "image_ID,pred_bone_age,bone_age";
  test.each([
    [
      "no truth",
      { "p.csv": "image_ID,pred_bone_age\na.png,90\n" },
      "ERR_DEEPLASIA_USAGE",
      "no row can be evaluated (no bone age: 1)",
    ],
    [
      "a z-score alone",
      { "p.csv": "image_ID,y_hat\na.png,0.1\n" },
      "ERR_DEEPLASIA_CSV_COLUMN",
      "y_hat is a z-score",
    ],
    [
      "no ages at all",
      { "p.csv": "image_ID,dir\na.png,x\n" },
      "ERR_DEEPLASIA_CSV_COLUMN",
      "no column of predicted bone ages",
    ],
    [
      "a picture twice",
      { "p.csv": `${header}\na.png,9,8\nb.png,9,8\na.png,7,8\n` },
      "ERR_DEEPLASIA_CSV",
      "rows 1 and 3 are both about a.png",
    ],
    [
      "a truth twice",
      { "p.csv": `${header}\na.png,9,8\n`, "truth.csv": "image_ID,bone_age\na.png,9\na.png,8\n" },
      "ERR_DEEPLASIA_CSV",
      "rows 1 and 2 are both about a.png",
    ],
    [
      "nothing in common",
      { "p.csv": `${header}\na.png,9,8\n`, "truth.csv": "image_ID,bone_age\nb.png,9\n" },
      "ERR_DEEPLASIA_USAGE",
      "no row can be evaluated (no prediction: 1)",
    ],
    [
      "a missing cell",
      { "p.csv": `${header}\na.png,9\n` },
      "ERR_DEEPLASIA_ROW",
      "2 cells where the header has 3",
    ],
  ] as [string, Record<string, string>, string, string][])("%s", async (_, files, code, message) => {
    await expect(evaluate(files)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("a column that is not there", async () => {
    await expect(evaluate(whole, { by: ["sitee"] })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_CSV_COLUMN",
    });
    await expect(evaluate(whole, { predictionColumn: "other" })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_CSV_COLUMN",
    });
  });

  test.each([
    [
      "one row",
      `${header}\na.png,90,80`,
      ["Bootstrap intervals", "Bland-Altman limits", "Calibration slope", "Passing-Bablok regression"],
    ],
    [
      "constant predictions",
      `${header}${children.map(({ name, truth }) => `\n${name},90,${truth}`).join("")}`,
      ["Correlation", "Calibration slope"],
    ],
    [
      "predictions without error",
      `${header}${children.map(({ name, truth }) => `\n${name},${truth},${truth}`).join("")}`,
      [],
    ],
  ])("%s: a report that leaves out what cannot be said, and why", async (_, csv, missing) => {
    const out = join(await temporaryFolder(), "report");
    const { omissions } = await evaluate({ "p.csv": csv }, { out });
    const names = omissions.map(({ what }) => what);
    const always = [
      "Metrics of the predicted sex",
      "A comparison of girls and boys",
      "Human yardstick",
      "Chronological age",
    ];
    expect(names).toEqual([...missing, ...always]);
    const page = await readFile(join(out, "report.html"), "utf8");
    for (const name of names) expect(page).toContain(`<li>${name}: `);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("one sex: no area under the ROC curve", async () => {
    const girls = PREDICTIONS.replaceAll(",1.0,", ",0.0,");
    const { omissions, sex } = await evaluate({
      "p.csv": girls,
      "truth.csv": ANNOTATIONS.replaceAll(",M,", ",F,"),
    });
    expect(omissions.map(({ what }) => what)).toEqual([
      "Area under the ROC curve",
      "A comparison of girls and boys",
    ]);
    expect(sex!.areaUnderRoc).toBeNull();
  });

  test("years are doubted", async () => {
    const rows = children.map(({ name, truth }) => `\n${name},${truth},${truth / 12}`).join("");
    const { notes } = await evaluate({ "p.csv": header + rows });
    expect(notes).toEqual([expect.stringMatching(/^the true bone ages look like years/)]);
  });
});

describe("the report", () => {
  let folder: string;
  let written: string[];
  const hostile = ANNOTATIONS.replace("0.png,x,0", '"<img src=x onerror=alert(1)>.png",x,0').replaceAll(
    "Bonn",
    "<b>&Bonn",
  );
  const files = {
    "p.csv": PREDICTIONS.replace("0.png,x", "<img src=x onerror=alert(1)>.png,x"),
    "truth.csv": hostile,
  };

  beforeAll(async () => {
    folder = await writeTree(await mkdtemp(join(tmpdir(), "deeplasia-test-")), files);
    ({ written } = await report(join(folder, "report")));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const report = (out: string) =>
    evaluatePredictions(join(folder, "p.csv"), {
      annotationCsv: join(folder, "truth.csv"),
      by: ["site"],
      out,
      ...FEW,
    });

  test("is one page that needs no network, no script and no other file", async () => {
    const page = await readFile(join(folder, "report/report.html"), "utf8");
    expect(page).not.toMatch(/<script|<link|<img|@import|url\((?!#)/i);
    expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:/);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
    expect(page).toContain("&lt;b&gt;&amp;Bonn");
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/(?:href="#|aria-labelledby=")([^" ]+)/g)) expect(ids).toContain(id);
    expect(page.length).toBeLessThan(1e6);
  });

  test("has figures that others can read, as SVG and PNG", async () => {
    const names = await readdir(join(folder, "report/figures"));
    expect(names.filter((name) => name.endsWith(".svg"))).toHaveLength(6);
    for (const name of names) {
      const { width } = await sharp(join(folder, "report/figures", name)).metadata();
      expect(width).toBeGreaterThan(200);
    }
    const scatter = readFileSync(join(folder, "report/figures/scatter.svg"), "utf8");
    const points = [...scatter.matchAll(/class="points (?:first|second)"[^>]* d="([^"]*)"/g)].flatMap(
      ([, d]) => d!.match(/h0/g),
    );
    expect(points).toHaveLength(60 + 2);
  });

  test("has tables for spreadsheets and LaTeX", async () => {
    const csv = await readFile(join(folder, "report/tables/by-sex.csv"), "utf8");
    expect(csv.split("\n")[0]).toContain("Group,Pictures,MAD,MAD lower,MAD upper,");
    const tex = await readFile(join(folder, "report/tables/by-column-1.tex"), "utf8");
    expect(tex).toContain("<b>\\&Bonn".replace("<", "$<$"));
    expect(tex).toContain("\\toprule");
  });

  test("has all numbers as JSON", async () => {
    const metrics = JSON.parse(await readFile(join(folder, "report/metrics.json"), "utf8"));
    expect(metrics.ages.mad.interval.lower).toBeLessThan(metrics.ages.mad.value);
    expect(metrics.provenance.inputs[0].sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is the same bytes from the same files, and is not replaced by mistake", async () => {
    await report(join(folder, "again"));
    for (const path of written) {
      const again = path.replace(join(folder, "report"), join(folder, "again"));
      expect((await readFile(again)).equals(await readFile(path)), path).toBe(true);
    }
    await expect(report(join(folder, "again"))).rejects.toMatchObject({ code: "ERR_DEEPLASIA_OUTPUT" });
  });
});

describeWithTestData("the reference's own evaluation", ["parity/predict/evaluation"], () => {
  test.each([
    ["train", 25.100574582122093, 20.770729242369185, 20.770729242369185],
    ["validation", 43.68304443359375, 45.47639567057292, 41.7986328125],
    ["test", 42.426708984375, 35.662174479166666, 32.0590087890625],
  ])("%s: its MADs", async (part, plain, corrected, tta) => {
    const file = testData(`parity/predict/evaluation/${part}_pred.csv`);
    const { ages, variants, column } = await evaluatePredictions(file, FEW);
    const madOf = (name: string) => variants.find((variant) => variant.column === name)!.mad;
    expect(column).toBe("y_hat_reg_tta");
    expect(ages.mad.value).toBeCloseTo(tta, 5);
    expect(madOf("y_hat_reg")).toBeCloseTo(corrected, 5);
    expect(madOf("y_hat-rot=0-no_flip")).toBeCloseTo(plain, 5);
  });
});
