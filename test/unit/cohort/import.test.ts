import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importDha } from "../../../src/cohort/importDha.js";
import { importGeneric } from "../../../src/cohort/importGeneric.js";
import { importRsna } from "../../../src/cohort/importRsna.js";
import { columnMap } from "../../../src/commands/columnMap.js";
import { dhaDownload, RSNA_TRUTH, rsnaDownload } from "../../helpers/publicSets.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

const rsna = async (more: Record<string, string> = {}, options: { exclude?: string[]; dir?: string } = {}) =>
  importRsna(await rsnaDownload(more), { exclude: [], outputs: [], ...options });

describe("RSNA", () => {
  test("reads the columns and folders of every part", async () => {
    const { rows } = await rsna({ "test truth.csv": RSNA_TRUTH });
    const train = "boneage-training-dataset/boneage-training-dataset";
    expect(rows).toEqual([
      { imageId: "1377.png", dir: train, patientId: "1377", sex: "F", boneAgeMonths: 180, part: "train" },
      { imageId: "1378.png", dir: train, patientId: "1378", sex: "M", boneAgeMonths: 12, part: "train" },
      { imageId: "1435.png", dir: train, patientId: "1435", sex: "F", boneAgeMonths: 94, part: "train" },
      {
        imageId: "1386.png",
        dir: "boneage-validation-dataset",
        patientId: "1386",
        sex: "M",
        boneAgeMonths: 168.93,
        part: "val",
      },
      {
        imageId: "1392.png",
        dir: "boneage-validation-dataset",
        patientId: "1392",
        sex: "F",
        boneAgeMonths: 54,
        part: "val",
      },
      {
        imageId: "4360.png",
        dir: "boneage-test-dataset/boneage-test-dataset",
        patientId: "4360",
        sex: "M",
        boneAgeMonths: 168.93,
        part: "test",
      },
      {
        imageId: "4361.png",
        dir: "boneage-test-dataset/boneage-test-dataset",
        patientId: "4361",
        sex: "F",
        boneAgeMonths: 169.67,
        part: "test",
      },
    ]);
  });

  test("the test set without its table of bone ages has no ages, with a note", async () => {
    const { rows, notes, leftOut } = await rsna({ "truth.xlsx": "PK\u0003\u0004" });
    expect(rows.filter(({ part }) => part === "test").map(({ boneAgeMonths }) => boneAgeMonths)).toEqual([
      null,
      null,
    ]);
    expect(notes).toContainEqual(expect.stringMatching(/^2 rows have no bone age/));
    expect(leftOut).toContainEqual(
      expect.objectContaining({ examples: ["truth.xlsx"], why: expect.stringMatching(/Excel/) }),
    );
  });

  test("unusable rows and files are left out and named", async () => {
    const bad = "id,boneage,male\n1500,ten,True\n1501,10,perhaps\n,10,True\n";
    const result = await rsna({
      "bad train.csv": bad,
      "a/1500.png": "h",
      "a/1501.png": "i",
      "a/stray.png": "j",
    });
    expect(result.leftOut).toEqual([
      { why: "a row without an id", count: 1, examples: [expect.stringMatching(/bad train\.csv: ,10,True/)] },
      { why: "the bone age is not a number", count: 1, examples: ["1500"] },
      { why: "the sex cannot be read", count: 1, examples: ['1501 "perhaps"'] },
      { why: "no picture", count: 1, examples: ["1400"] },
      { why: "a picture that no table names", count: 1, examples: ["a/stray.png"] },
    ]);
    expect(result.unusable).toBe(4);
    expect(result.rows).toHaveLength(7);
  });

  test("notes the id that Deeplasia's annotations lack, and counts other than published", async () => {
    const { notes } = await rsna();
    expect(notes).toContainEqual(expect.stringMatching(/^1435 is not in Deeplasia's.*name it in `exclude`/));
    expect(notes).toContainEqual("the tables name 4 children of the train part; 12611 were published");
    const without = await rsna({}, { exclude: ["1435", "9"] });
    expect(without.rows.map(({ patientId }) => patientId)).not.toContain("1435");
    expect(without.notes).toContainEqual("excluded ids that are in no table: 9");
    expect(without.notes.join()).not.toMatch(/1435/);
  });

  test("dir may be set; other tables and the output files are ignored", async () => {
    const folder = await rsnaDownload({
      "annotations.csv": "image_ID,dir,patient_ID,sex,bone_age\n1.png,a,1,M,1\n",
    });
    const own = await writeTree(folder, { "out.csv": "id,boneage,male\n1,1,True\n" });
    const result = await importRsna(folder, {
      exclude: [],
      dir: "bone_age",
      outputs: [join(own, "out.csv")],
    });
    expect(new Set(result.rows.map(({ dir }) => dir))).toEqual(new Set(["bone_age"]));
    expect(result.rows.map(({ patientId }) => patientId)).not.toContain("1");
    expect(result.leftOut).toContainEqual(expect.objectContaining({ examples: ["annotations.csv"] }));
  });

  test("notes contradicting tables and copies of a picture", async () => {
    const { notes, rows } = await rsna({
      "test truth.csv": RSNA_TRUTH.replace("4360,M", "4360,F"),
      "copy/1377.png": "a",
    });
    expect(notes).toContainEqual(
      expect.stringMatching(/^4360: .*test truth\.csv contradicts an earlier table/),
    );
    expect(notes).toContainEqual(expect.stringMatching(/^1 id has a picture in more than one folder/));
    expect(rows.filter(({ patientId }) => patientId === "1377")).toHaveLength(1);
  });

  test("a folder without the data set is refused", async () => {
    const folder = await writeTree(await temporaryFolder(), { "other.csv": "a,b\n1,2\n" });
    const run = (path: string) => importRsna(path, { exclude: [], outputs: [] });
    await expect(run(folder)).rejects.toThrow(/no table of the RSNA challenge/);
    await expect(run(join(folder, "other.csv"))).rejects.toThrow(/not a folder/);
  });
});

describe("Digital Hand Atlas", () => {
  test("sex, descent and age group come from the folders", async () => {
    const { rows, leftOut, notes } = await importDha(await dhaDownload(), { exclude: ["3143"] });
    const atlas = "Digital Hand Atlas/JPEGimages";
    expect(rows.map(({ more, ...row }) => [...Object.values(row), more?.descent])).toEqual([
      ["3142.jpg", `${atlas}/ASIF/ASIF05`, "3142", "F", 60, "Asian"],
      ["4001.JPG", `${atlas}/BLKM/BLKM00`, "4001", "M", 0, "African American"],
      ["5110.jpg", `${atlas}/HISM/HISM18`, "5110", "M", 216, "Hispanic"],
    ]);
    expect(leftOut).toEqual([
      { why: "excluded", count: 1, examples: [`${atlas}/ASIF/ASIF05/3143.jpg`] },
      {
        why: "the name of its folder is not like CAUF/CAUF07",
        count: 2,
        examples: [`${atlas}/CAUF/CAUM07/6000.jpg`, "Digital Hand Atlas/readme.jpg"],
      },
    ]);
    expect(notes).toContainEqual(expect.stringMatching(/not a bone age reading/));
  });
});

describe("any table", () => {
  const generic = async (
    table: string,
    map: string,
    options: { imgDir?: string; exclude?: string[] } = {},
  ) => {
    const folder = await writeTree(await temporaryFolder(), { "table.csv": table });
    return importGeneric(join(folder, "table.csv"), { exclude: [], ...options, map: columnMap(map) });
  };

  test("years become months without binary rounding errors", async () => {
    const { rows } = await generic(
      "File;Boy;Years\na.png;True;8.83\nb.png;0;0,5\n",
      "image=File,male=Boy,age=Years,unit=years",
    );
    expect(rows).toEqual([
      { imageId: "a.png", dir: "", patientId: "a", sex: "M", boneAgeMonths: 105.96 },
      { imageId: "b.png", dir: "", patientId: "b", sex: "F", boneAgeMonths: 6 },
    ]);
  });

  test("pictures are found without extension or folder if the name is unambiguous", async () => {
    const imgDir = await writeTree(await temporaryFolder(), {
      "x/1.png": "",
      "x/2.jpg": "",
      "y/2.png": "",
      "3.tif": "",
    });
    const table = "id,who,s,a\n1,p,F,10\n2,p,F,10\nx/2,q,M,20\n3.tif,q,M,20\n4,q,M,20\n3,,M,20\n";
    const result = await generic(table, "image=id,patient=who,sex=s,age=a,unit=months", { imgDir });
    expect(result.rows.map(({ dir, imageId, patientId }) => [dir, imageId, patientId])).toEqual([
      ["x", "1.png", "p"],
      ["x", "2.jpg", "q"],
      ["", "3.tif", "q"],
    ]);
    expect(result.leftOut.map(({ why, examples }) => [why, ...examples])).toEqual([
      ["several pictures have this name: map dir as well", "2"],
      ["no picture", "4"],
      ["no patient is named", "3"],
    ]);
  });

  test("sexes are not guessed, and unmapped fields are noted", async () => {
    const result = await generic("i,s\na,O\nb,\nc,female\nd,f,x\n", "image=i,sex=s");
    expect(result.rows.map(({ imageId, sex, boneAgeMonths }) => [imageId, sex, boneAgeMonths])).toEqual([
      ["c", "F", null],
    ]);
    expect(result.leftOut.map(({ why, count }) => [why, count])).toEqual([
      ["the sex cannot be read", 2],
      ["more or fewer cells than the header", 1],
    ]);
    expect(result.notes).toHaveLength(3);
  });

  test.each([
    ["sex=s", /image is missing/],
    ["image=i,age=a", /unit is missing/],
    ["image=i,age=a,unit=weeks", /unknown unit "weeks"/],
    ["image=i,sax=s", /unknown field "sax".*sex/],
    ["image", /"image" is not field=column/],
    ["image=i,sex=s,male=m", /sex or male/],
  ])("the map %s is refused", async (map, message) => {
    await expect(generic("i,s,a\n", map)).rejects.toThrow(
      expect.objectContaining({ code: "ERR_DEEPLASIA_OPTION", message: expect.stringMatching(message) }),
    );
  });

  test("a missing column is named, with the existing ones", async () => {
    await expect(generic("i,s\na,M\n", "image=picture")).rejects.toThrow(
      /no column "picture"; found: "i", "s"/,
    );
  });
});
