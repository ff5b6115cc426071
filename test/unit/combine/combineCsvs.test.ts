import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CombineOptions, combineCsvs } from "../../../src/combine/combineCsvs.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";
import { fixture } from "../../helpers/testData.js";

const rowsOf = (csv: string) => parse(csv, { columns: true }) as Record<string, string>[];

/** The given files combined. */
async function combine(files: Record<string, string>, options: CombineOptions = {}) {
  const folder = await writeTree(await temporaryFolder(), files);
  const paths = Object.keys(files).filter((name) => name !== "truth.csv");
  const annotationCsv = "truth.csv" in files ? join(folder, "truth.csv") : undefined;
  const combined = await combineCsvs(
    paths.map((name) => join(folder, name)),
    { annotationCsv, ...options },
  );
  return { ...combined, lines: combined.csv.trimEnd().split("\n"), folder };
}

it("doubts a member whose predictions are years", async () => {
  const csvOf = (scale: number) =>
    `image_ID,pred_bone_age\n${Array.from({ length: 10 }, (_, i) => `${i}.png,${(100 + i) / scale}\n`).join("")}`;
  const { notes, folder } = await combine({ "a.csv": csvOf(1), "b.csv": csvOf(12) });
  expect(notes).toEqual([
    `${folder}/b.csv: the predictions look like years: none of 10 is above 9.08; bone ages are in months`,
  ]);
});

describe("the reference's CSVs", () => {
  const files = ["wide", "deep", "old"].map((name) => fixture(`ensemble/${name}.csv`));
  const annotationCsv = fixture("ensemble/annotations.csv");
  const expected = JSON.parse(readFileSync(fixture("ensemble/expected.json"), "utf8"));

  it("give with --allow-missing what pandas gives, for every picture of any member", async () => {
    const combined = await combineCsvs(files, { annotationCsv, allowMissing: true });
    const rows = rowsOf(combined.csv);
    expect(rows.map((row) => row.image_ID).sort()).toEqual(Object.keys(expected.rows).sort());
    for (const row of rows) {
      const { mean, sd, count, ...months } = expected.rows[row.image_ID!];
      for (const [name, value] of Object.entries(months)) {
        if (value === null) expect(row[name]).toBe("");
        else expect(Number(row[name])).toBe(value);
      }
      expect(Number(row.ensemble_bone_age)).toBeCloseTo(mean, 4);
      if (sd === null) expect(row.ensemble_sd).toBe("");
      else expect(Number(row.ensemble_sd)).toBeCloseTo(sd, 4);
      expect(Number(row.members)).toBe(count);
    }
    expect(combined.failures).toEqual([]);
    expect(combined.deviations.madMonths).toBeCloseTo(expected.mad.mean, 4);
    for (const { name, madMonths } of combined.deviations.members)
      expect(madMonths).toBeCloseTo(expected.mad[name], 4);
  });

  it("without it only whole rows are averaged; the others are failures that name who lacks them", async () => {
    const { csv, failures, rows, deviations } = await combineCsvs(files, { annotationCsv });
    const [header, a, c, ...others] = csv.trimEnd().split("\n");
    expect(header).toBe("image_ID,wide,deep,old,ensemble_bone_age,gt_bone_age,ensemble_sd,sex");
    expect(a).toMatch(/^a\.png,123\.198524,127\.316574,117\.02174,122\.51228,120\.0,5\.1816\d*,1\.0$/);
    expect(c).toMatch(/^c\.png,44\.957836,49\.07577,24\.368162,39\.46725\d*,,13\.2373\d*,1\.0$/);
    expect(others).toEqual([]);
    expect(rows).toBe(2);
    expect(failures.map(({ file, message, code }) => [file, message, code])).toEqual([
      ["b.png", "no prediction of deep", "ERR_DEEPLASIA_ROW"],
      ["d.png", "no prediction of deep, old", "ERR_DEEPLASIA_ROW"],
      ["e.png", "no prediction of wide", "ERR_DEEPLASIA_ROW"],
    ]);
    // a.png alone has a truth: 120.
    expect(deviations.withTruth).toBe(1);
    expect(deviations.madMonths).toBeCloseTo(2.51228, 4);
  });
});

describe("rows", () => {
  const HEADER = "image_ID,pred_bone_age,row,dir\n";

  it("of one name in two folders stay apart where all files have dir", async () => {
    const files = {
      "a.csv": `${HEADER}h.png,100,1,x\nh.png,200,2,y\n`,
      "b.csv": `${HEADER}h.png,210,2,y\nh.png,120,1,x\n`,
      "truth.csv": "image_ID,dir,bone_age\nh.png,y,1\nh.png,x,2\n",
    };
    expect((await combine(files)).lines).toEqual([
      "image_ID,a,b,ensemble_bone_age,gt_bone_age,ensemble_sd,row,dir",
      "h.png,100.0,120.0,110.0,2.0,14.142136,1,x",
      "h.png,200.0,210.0,205.0,1.0,7.071068,2,y",
    ]);
  });

  it("of a picture that the cohort names twice are told apart by row where all files have it", async () => {
    const files = {
      "a.csv": `${HEADER}h.png,100,1,x\nh.png,200,5,x\n`,
      "b.csv": `${HEADER}h.png,102,1,x\nh.png,202,5,x\n`,
    };
    expect((await combine(files)).lines.slice(1)).toEqual([
      "h.png,100.0,102.0,101.0,,1.4142135,1,x",
      "h.png,200.0,202.0,201.0,,1.4142135,5,x",
    ]);
  });

  it("keep what DICOM headers state: of each picture what the first file with a value has", async () => {
    const columns = "image_ID,pred_bone_age,sex_from_header,chronological_age,age_from\n";
    const files = {
      "a.csv": `${columns}h.dcm,100,True,98.5,dates\ng.png,100,False,,\n`,
      "b.csv": `${columns}h.dcm,102,True,98.5,dates\ng.png,102,False,,\n`,
      "old.csv": "image_ID,pred_bone_age\nh.dcm,101\ng.png,101\n",
    };
    expect((await combine(files)).lines).toEqual([
      "image_ID,a,b,old,ensemble_bone_age,gt_bone_age,ensemble_sd,sex_from_header,chronological_age,age_from",
      "h.dcm,100.0,102.0,101.0,101.0,,1.0,True,98.5,dates",
      "g.png,100.0,102.0,101.0,101.0,,1.0,False,,",
    ]);
  });

  it("of different cohorts with the same pictures are joined by picture", async () => {
    const files = { "a.csv": `${HEADER}h.png,100,1,x\n`, "b.csv": `${HEADER}h.png,102,7,x\n` };
    expect(await combine(files)).toMatchObject({ rows: 1, failures: [] });
  });

  it("that are the same in one file are an error that names them", async () => {
    const twice = "image_ID,pred_bone_age\nh.png,1\ng.png,2\nh.png,3\n";
    await expect(combine({ "a.csv": `${HEADER}h.png,100,1,x\n`, "b.csv": twice })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_CSV",
      message: expect.stringMatching(/b\.csv: rows 1 and 3 are both about h\.png$/),
    });
  });

  it("come in the order of the cohort, though a member lacks the first ones", async () => {
    const files = {
      "a.csv": `${HEADER}c.png,3,3,\n`,
      "b.csv": `${HEADER}a.png,1,1,\nb.png,2,2,\nc.png,3,3,\n`,
    };
    const { lines } = await combine(files, { allowMissing: true });
    expect(lines.slice(1)).toEqual([
      "a.png,,1.0,1.0,,,1,,1",
      "b.png,,2.0,2.0,,,2,,1",
      "c.png,3.0,3.0,3.0,,0.0,3,,2",
    ]);
  });

  it("without any member's number are failures even with --allow-missing", async () => {
    const files = {
      "a.csv": "image_ID,pred_bone_age\nh.png,nan\n",
      "b.csv": "image_ID,pred_bone_age\nh.png,\n",
    };
    const { rows, failures } = await combine(files, { allowMissing: true });
    expect(rows).toBe(0);
    expect(failures).toMatchObject([{ row: 1, file: "h.png", message: "no prediction of a, b" }]);
  });

  it("take truth, sex and the mean of sex_hat from our own files", async () => {
    const header = "image_ID,sex,y_hat,sex_hat,pred_bone_age,row,dir,patient_ID,bone_age,sex_predicted\n";
    const files = {
      "a.csv": `${header}h.png,1.0,0.0,0.25,100,4,x,01,90.0,True\n`,
      "b.csv": `${header}h.png,1.0,0.0,0.75,110,4,x,01,90.0,True\n`,
    };
    const { lines, deviations } = await combine(files);
    expect(lines).toEqual([
      "image_ID,a,b,ensemble_bone_age,gt_bone_age,ensemble_sd,sex,sex_hat,row,dir,patient_ID,sex_predicted",
      "h.png,100.0,110.0,105.0,90.0,7.071068,1.0,0.5,4,x,01,True",
    ]);
    expect(deviations).toMatchObject({ madMonths: 15, withTruth: 1 });
  });
});

describe("files that cannot be used", () => {
  const good = "image_ID,pred_bone_age\nh.png,1\n";

  it.each([
    ["image_ID,y_hat\nh.png,1\n", "ERR_DEEPLASIA_CSV_COLUMN", /no column "pred_bone_age"/],
    ["image_ID,pred_bone_age\nh.png,old\n", "ERR_DEEPLASIA_ROW", /pred_bone_age is not a number: "old"/],
    ["image_ID,pred_bone_age\nh.png\n", "ERR_DEEPLASIA_ROW", /1 cell where the header has 2/],
    ["", "ERR_DEEPLASIA_CSV", /empty/],
  ])("%j", async (text, code, message) => {
    await expect(combine({ "a.csv": good, "b.csv": text })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      file: expect.stringMatching(/b\.csv$/),
    });
  });

  it("a picture with two true ages is an error only where it is asked for", async () => {
    const truth = "image_ID,dir,bone_age\nh.png,x,1\nh.png,y,2\ng.png,x,3\n";
    await expect(combine({ "a.csv": good, "truth.csv": truth })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_CSV",
      message: expect.stringMatching(/truth\.csv: rows 1 and 2 give different bone ages for h\.png/),
    });
    const other = "image_ID,pred_bone_age\ng.png,1\n";
    expect(await combine({ "a.csv": other, "truth.csv": truth })).toMatchObject({ rows: 1 });
  });
});

it("is the outer join, whatever is in which file in which order", async () => {
  const member = fc.uniqueArray(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 240 })), {
    selector: ([picture]) => picture,
    minLength: 1,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(member, { minLength: 1, maxLength: 4 }), async (members) => {
      const texts = members.map((rows) =>
        rows.map(([picture, months]) => `p${picture}.png,${months}\n`).join(""),
      );
      const files = Object.fromEntries(
        texts.map((text, i) => [`m${i}.csv`, `image_ID,pred_bone_age\n${text}`]),
      );
      const { csv, failures } = await combine(files);
      const rows = new Map(rowsOf(csv).map((row) => [row.image_ID, row]));
      for (let picture = 0; picture <= 9; picture++) {
        const values = members.map((list) => list.find(([p]) => p === picture)?.[1]);
        const known = values.filter((value) => value !== undefined);
        const name = `p${picture}.png`;
        const expectedMean = known.reduce((a, b) => a + b, 0) / known.length;
        if (known.length === members.length)
          expect(Number(rows.get(name)!.ensemble_bone_age)).toBeCloseTo(expectedMean, 3);
        else expect(rows.has(name)).toBe(false);
        const isPartial = known.length > 0 && known.length < members.length;
        expect(failures.some(({ file }) => file === name)).toBe(isPartial);
      }
    }),
    { numRuns: 60 },
  );
});

it("takes a hundred thousand rows of three members", async () => {
  const text = (offset: number) =>
    `image_ID,pred_bone_age\n${Array.from({ length: 100_000 }, (_, i) => `${i}.png,${(i % 240) + offset}`).join("\n")}\n`;
  const { rows, lines } = await combine({ "a.csv": text(0), "b.csv": text(1), "c.csv": text(2) });
  expect(rows).toBe(100_000);
  expect(lines.at(-1)).toBe("99999.png,159.0,160.0,161.0,160.0,,1.0");
});

describe("files in which pictures are written in different forms", () => {
  const a = "image_ID,pred_bone_age\n1.png,10\nM\u00fcller.png,20\n";
  const b = "image_ID,pred_bone_age\n1,30\nMu\u0308ller.png,40\n";

  it("are joined, and the truth is found, where one picture alone can be meant", async () => {
    const truth = "image_ID,bone_age\n01.png,9\nm\u00fcller.PNG,-\n";
    const { lines, failures, notes } = await combine({ "a.csv": a, "b.csv": b, "truth.csv": truth });
    expect(failures).toEqual([]);
    expect(lines.slice(1)).toEqual([
      "1.png,10.0,30.0,20.0,9.0,14.142136",
      "M\u00fcller.png,20.0,40.0,30.0,,14.142136",
    ]);
    expect(notes).toEqual([
      expect.stringMatching(/1 row has a bone_age that is not a number/),
      expect.stringMatching(/1 picture is in .* under another form/),
      expect.stringMatching(/no bone age of 1 picture \(the first: M\u00fcller\.png\)/),
    ]);
  });

  it("are not, where a file has both forms or another kind of picture", async () => {
    const both = "image_ID,pred_bone_age\n1.png,10\n01.png,20\n";
    expect(
      (await combine({ "a.csv": both, "b.csv": "image_ID,pred_bone_age\n1.png,1\n01.png,2\n" })).failures,
    ).toEqual([]);
    const jpeg = "image_ID,pred_bone_age\n1.jpg,10\n";
    const png = "image_ID,pred_bone_age\n1.png,10\n";
    expect((await combine({ "a.csv": jpeg, "b.csv": png })).failures).toHaveLength(2);
  });

  it("are named where the members were given different sexes", async () => {
    const of = (sex: string) => `image_ID,sex,pred_bone_age\n1.png,${sex},10\n`;
    const { notes } = await combine({ "a.csv": of("1.0"), "b.csv": of("0.0") });
    expect(notes).toEqual([expect.stringMatching(/^1 row has different sexes .*1\.png/)]);
  });
});
