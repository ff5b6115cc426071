/** The numbers of an evaluation, from predictions whose errors are known. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluatePredictions } from "../../../src/report/evaluatePredictions.js";
import { ANNOTATIONS, children, evaluate, FEW, PREDICTIONS, whole } from "../../helpers/evaluatedChildren.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";
import { describeWithTestData, testData } from "../../helpers/testData.js";

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
    const trained = children.slice(20);
    expect(found.partDemographics).toMatchObject([
      {
        ...{
          name: "train",
          pictures: 40,
          patients: 20,
          boys: trained.filter(({ sex }) => sex === "M").length,
        },
        meanAge: expect.closeTo(trained.reduce((sum, { truth }) => sum + truth, 0) / 40, 9),
        ...{ youngest: trained[0]!.truth, oldest: trained.at(-1)!.truth },
      },
      { name: "test", pictures: 20, patients: 10 },
    ]);
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

describe("a comparison on the page of an evaluation", () => {
  const others = PREDICTIONS.split("\n").map((line, i) => {
    const cells = line.split(",");
    return i === 0 ? line : [...cells.slice(0, 3), Number(cells[3]) + (i % 2 ? 9 : -9), cells[4]].join(",");
  });

  test("is about the pictures that all have, and says who is better", async () => {
    const folder = await writeTree(await temporaryFolder(), {
      "other.csv": others.slice(0, 51).join("\n"),
    });
    const out = join(folder, "report");
    const compareWith = [join(folder, "other.csv")];
    const { ages, comparison } = await evaluate(whole, { compareWith, out });
    expect(comparison).toMatchObject({ pictures: 50, models: [{ name: "p" }, { name: "other" }] });
    const error = (sign: number) =>
      children.slice(0, 50).reduce((sum, one, i) => sum + Math.abs(one.error + (i % 2 ? -sign : sign)), 0) /
      50;
    expect(comparison!.pairs[0]!.mad.value).toBeCloseTo(error(0) - error(9), 9);
    expect(ages.mad.value).toBeCloseTo(children.reduce((sum, one) => sum + Math.abs(one.error), 0) / 60, 9);
    const page = await readFile(join(out, "report.html"), "utf8");
    expect(page).toContain("p has a smaller MAD than other");
    expect(page).toContain(`p.csv ${join(folder, "other.csv")} --out report`);
    expect(await readFile(join(out, "tables/differences.csv"), "utf8")).toContain("p is better");
    await expect(evaluate(whole, { compareWith: [join(folder, "none.csv")] })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_CSV",
    });
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
