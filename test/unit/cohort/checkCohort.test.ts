import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkCohort } from "../../../src/cohort/checkCohort.js";
import type { CheckCohortOptions } from "../../../src/options/calls/checkCohortOptions.js";
import { halves } from "../../helpers/pictures.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

interface Case {
  rows: string[];
  files: Record<string, string | Uint8Array>;
  splits?: string;
  options?: Partial<CheckCohortOptions>;
}

/** Returns kind, row and text of all findings. */
async function check({ rows, files, splits, options }: Case) {
  const folder = await temporaryFolder();
  await writeTree(folder, {
    "cohort.csv": ["image_ID,dir,patient_ID,sex,bone_age", ...rows, ""].join("\n"),
    "images/a/.keep": "",
    "masks/a/.keep": "",
    ...files,
    ...(splits === undefined ? {} : { "splits.csv": splits }),
  });
  const { findings, notes, ...counts } = await checkCohort(join(folder, "cohort.csv"), {
    imgDir: join(folder, "images"),
    maskDirs: [],
    splitCsv: splits === undefined ? undefined : join(folder, "splits.csv"),
    splitColumn: "",
    decode: false,
    numWorkers: 4,
    ...options,
    ...(options?.maskDirs && { maskDirs: options.maskDirs.map((name) => join(folder, name)) }),
  });
  const texts = findings.map(({ kind, row, what }) => [kind, row, what.replaceAll(`${folder}/`, "")]);
  return { ...counts, findings: texts, notes: notes.map((note) => note.replaceAll(`${folder}/`, "")) };
}

const row = (image: string, patient: string, sex = "F", age = "100") => `${image},a,${patient},${sex},${age}`;

describe("checkCohort", () => {
  test("finds nothing in a correct cohort", async () => {
    const result = await check({
      rows: [row("1.png", "1"), row("2.png", "1"), row("3.png", "2")],
      files: { "images/a/1.png": "a", "images/a/2.png": "b", "images/a/3.png": "cc", "masks/a/1.png": "m" },
      splits: "patient_ID,dir,s\n1,a,train\n2,a,test\n",
    });
    expect(result).toEqual({ rows: 3, pictures: 3, findings: [], notes: [] });
  });

  test("finds missing pictures and masks, and rows that cannot be used", async () => {
    const { findings, rows, pictures } = await check({
      rows: [
        row("1.png", "1"),
        row("2.png", "2"),
        row("3.png", "3"),
        row("", "4"),
        row("5.png", "5", "F", "x"),
        row("1.png", "1"),
      ],
      files: { "images/a/1.png": "a", "images/a/2.png": "b", "masks/a/1.png": "m" },
      options: { maskDirs: ["masks"] },
    });
    expect(findings).toEqual([
      ["bad-row", 4, "image_ID is empty"],
      ["age-unread", 5, '"x"'],
      ["picture-missing", 3, "images/a/3.png: there is no such picture"],
      ["picture-missing", 5, "images/a/5.png: there is no such picture"],
      ["mask-missing", 2, "images/a/2.png: there is no mask for this picture: looked for masks/a/2.png"],
      ["row-twice", 6, "a/1.png, also row 1"],
    ]);
    expect([rows, pictures]).toEqual([6, 3]);
  });

  test("finds the same content under two names, in any order, but not files of the same size", async () => {
    const { findings } = await check({
      rows: [row("1.png", "1"), row("2.png", "2"), row("3.png", "3"), row("4.png", "4"), row("5.png", "5")],
      files: {
        "images/a/1.png": "same",
        "images/a/2.png": "size",
        "images/a/3.png": "same",
        "images/a/4.png": "other content",
        "images/a/5.png": "same",
      },
    });
    expect(findings).toEqual([
      ["same-content", 3, "a/3.png, the same as row 1, a/1.png"],
      ["same-content", 5, "a/5.png, the same as row 1, a/1.png"],
    ]);
  });

  test("finds patients in two parts of one scheme, whatever the folder, once each", async () => {
    const { findings } = await check({
      rows: [row("1.png", "1"), row("1.png", "9")],
      files: { "images/a/1.png": "a" },
      splits: "patient_ID,dir,s,t\n1,a,train,train\n1,b,test,train\n1,c,test,train\n2,a,val,\n2,b,,val\n",
    });
    expect(findings).toEqual([
      ["row-twice", 2, "a/1.png, also row 1"],
      ["no-split", 2, "a/1.png, patient 9"],
      ["split-overlap", null, "patient 1 in s: train and test"],
    ]);
    const onlyT = await check({
      rows: [row("1.png", "1")],
      files: { "images/a/1.png": "a" },
      splits: "patient_ID,dir,s,t\n1,a,train,train\n1,b,test,train\n",
      options: { splitColumn: "t" },
    });
    expect(onlyT.findings).toEqual([]);
  });

  test("finds impossible ages and a patient with two sexes", async () => {
    const files = Object.fromEntries([1, 2, 3, 4].map((i) => [`images/a/${i}.png`, "x".repeat(i)]));
    const rows = [
      row("1.png", "1", "F", "-1"),
      row("2.png", "1", "M", "241"),
      row("3.png", "2", "M", "0"),
      row("4.png", "2", "M", "240"),
    ];
    expect((await check({ rows, files })).findings).toEqual([
      ["age-implausible", 1, "a/1.png: -1 months"],
      ["age-implausible", 2, "a/2.png: 241 months"],
      ["sex-differs", 2, "patient 1: M, but F in an earlier row"],
    ]);
  });

  test("reports ages that look like years if none is above 20", async () => {
    const numbers = Array.from({ length: 12 }, (_, i) => i + 5);
    const files = Object.fromEntries(numbers.map((i) => [`images/a/${i}.png`, "x".repeat(i)]));
    const rowsOf = (scale: number) => numbers.map((i) => row(`${i}.png`, `${i}`, "F", `${i * scale}`));
    expect((await check({ rows: rowsOf(1), files })).findings).toEqual([
      ["age-unit", null, "none of 12 is above 16; bone ages are in months"],
    ]);
    expect((await check({ rows: rowsOf(12), files })).findings).toEqual([]);
    expect((await check({ rows: rowsOf(1).slice(0, 5), files })).findings).toEqual([]);
  });

  test("decodes only if asked to, and compares the sizes of masks", async () => {
    const rows = [row("1.png", "1"), row("2.png", "2"), row("3.png", "3")];
    const files = {
      "images/a/1.png": await halves(200, 40),
      "images/a/2.png": await halves(100, 40),
      "images/a/3.png": (await halves(50, 40)).subarray(0, 60),
      "masks/a/1.png": await halves(255, 20),
      "masks/a/2.png": "no picture",
      "masks/a/3.png": await halves(255, 40),
    };
    expect((await check({ rows, files, options: { maskDirs: ["masks"] } })).findings).toEqual([]);
    const { findings } = await check({ rows, files, options: { maskDirs: ["masks"], decode: true } });
    expect(findings).toEqual([
      ["picture-unreadable", 3, expect.stringMatching(/^images\/a\/3\.png: ./)],
      ["mask-unreadable", 2, expect.stringMatching(/^masks\/a\/2\.png: ./)],
      ["mask-size", 1, "masks/a/1.png: 20 x 20; the picture is 40 x 40"],
    ]);
  });

  test("finds rows that predict or train leave out for their sex or age, and checks their files too", async () => {
    const { findings, rows } = await check({
      rows: [
        row("1.png", "1", "X"),
        row("2.png", "2", ""),
        row("3.png", "3", "True"),
        row("4.png", "4", "F", ""),
        row("5.png", "5", "X", "12y"),
        ",,,,",
        ",,",
        "6.png,a,6,F",
      ],
      files: {
        "images/a/1.png": "1",
        "images/a/3.png": "333",
        "images/a/4.png": "4444",
        "images/a/5.png": "55555",
      },
    });
    expect(rows).toBe(6);
    expect(findings).toEqual([
      ["bad-row", 6, "4 cells where the header has 5"],
      ["sex-unknown", 1, 'unknown sex "X"'],
      ["sex-unknown", 2, "sex is empty"],
      ["sex-unknown", 3, 'unknown sex "True"'],
      ["sex-unknown", 5, 'unknown sex "X"'],
      ["age-unread", 5, '"12y"'],
      ["age-missing", 4, "bone_age is empty"],
      ["picture-missing", 2, "images/a/2.png: there is no such picture"],
    ]);
  });

  test("notes files under another form of their names, without a finding", async () => {
    const { findings, notes, pictures } = await check({
      rows: [row("Mu\u0308ller.png", "1"), row("7.png", "2")],
      files: { "images/a/M\u00fcller.png": "1", "images/a/007.png": "22" },
    });
    expect([findings, pictures]).toEqual([[], 2]);
    expect(notes).toEqual([
      expect.stringMatching(/^2 pictures were found under another form of the name; row 1: /),
    ]);
  });

  test("finds rows that contradict each other", async () => {
    const { findings } = await check({
      rows: [row("1.png", "1", "F", "100"), row("1.png", "1", "F", "100"), row("1.png", "1", "F", "110")],
      files: { "images/a/1.png": "1" },
    });
    expect(findings).toEqual([
      ["row-twice", 2, "a/1.png, also row 1"],
      ["row-twice", 3, "a/1.png, also row 1"],
      ["row-differs", 3, "a/1.png: another sex or bone age than row 1"],
    ]);
  });

  test("reports missing columns once, not for each row", async () => {
    const folder = await writeTree(await temporaryFolder(), {
      "cohort.csv": "image_ID\n1.png\n2.png\n",
      "images/1.png": "1",
      "images/2.png": "22",
    });
    const options = {
      imgDir: join(folder, "images"),
      maskDirs: [],
      splitColumn: "",
      decode: false,
      numWorkers: 1,
    };
    const { findings, notes } = await checkCohort(join(folder, "cohort.csv"), options);
    expect(findings).toEqual([{ kind: "column-missing", row: null, what: expect.stringMatching(/^sex: /) }]);
    expect(notes).toEqual([expect.stringMatching(/no column bone_age/)]);
  });

  test("finds blank pictures and empty masks if it decodes", async () => {
    const even = await halves(0, 20);
    const rows = [row("1.png", "1")];
    const files = { "images/a/1.png": even, "masks/a/1.png": even };
    const { findings } = await check({ rows, files, options: { maskDirs: ["masks"], decode: true } });
    expect(findings.map(([kind]) => kind)).toEqual(["picture-blank", "mask-empty"]);
  });

  test("throws for files and folders that do not exist", async () => {
    const good = { rows: [row("1.png", "1")], files: { "images/a/1.png": "a" } };
    await expect(check({ ...good, options: { maskDirs: ["none"] } })).rejects.toThrow(
      /`maskDirs`: there is no folder/,
    );
    await expect(check({ ...good, splits: "patient_ID,dir\n1,a\n" })).rejects.toThrow(/no split column/);
    await expect(
      check({ ...good, splits: "patient_ID,dir,s\n1,a,train\n", options: { splitColumn: "t" } }),
    ).rejects.toThrow(/no column "t"/);
  });
});
