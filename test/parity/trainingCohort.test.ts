/** Which rows the reference's training keeps, and how it normalises their ages; and what we do where it stumbles. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgeScale } from "../../src/statistics/ageScale.js";
import { openAgeCohort } from "../../src/training/ageCohort.js";
import { requireUsable } from "../../src/training/trainingCohort.js";
import { PARTS, type Part } from "../../src/training/trainingRow.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

interface ReferenceRow {
  image_ID: string;
  dir: string | null;
  bone_age: number | null;
}

interface Case {
  loader: string;
  annotations: string;
  split: string;
  split_column: string;
  mask_dirs: string[];
  result: {
    error?: string;
    age_mean: number;
    age_std: number | null;
    train: ReferenceRow[];
    validation: ReferenceRow[];
    test: ReferenceRow[];
  };
}

const folder = fixture("parity/annotations");
const { cases, files_present: present } = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as {
  cases: Case[];
  files_present: Record<string, string[]>;
};
const trainingCases = cases.filter(({ loader }) => loader.startsWith("training"));
const REFERENCE_PARTS = { train: "train", val: "validation", test: "test" } as const;

async function open({ annotations, split, split_column, mask_dirs }: Case, scale?: AgeScale) {
  const files = Object.entries(present).flatMap(([kind, names]) =>
    names.map((name) => [join(kind, name), ""]),
  );
  const root = await writeTree(await temporaryFolder(), Object.fromEntries(files));
  const source = {
    annotation_path: join(folder, annotations),
    split_path: join(folder, split),
    split_column,
    img_dir: join(root, "images"),
    mask_dirs: mask_dirs.map((name) => join(root, name)),
  };
  return openAgeCohort(source, scale);
}

/** One training row has no SD, and keys that occur twice with different parts are an error here. */
const usable = trainingCases.filter(
  ({ result, split }) => result.error === undefined && split !== "split_dup.csv",
);

describe("the rows of the reference's training", () => {
  it.each(usable)("$annotations, $split $split_column, masks $mask_dirs", async (aCase) => {
    const { result } = aCase;
    const scale = result.age_std === null ? { meanMonths: 100, sdMonths: 40 } : undefined;
    const cohort = await open(aCase, scale);
    if (scale === undefined)
      expect(cohort.scale).toEqual({
        meanMonths: expect.closeTo(result.age_mean, 10),
        sdMonths: expect.closeTo(result.age_std!, 10),
      });
    for (const part of PARTS) {
      // The reference looks for pictures when it opens them, and so ends in the middle of an epoch.
      const expected = result[REFERENCE_PARTS[part]].filter(({ image_ID }) => image_ID !== "missing.png");
      const { rows } = cohort.parts[part];
      expect(rows.map(({ imageId, dir }) => [imageId, dir])).toEqual(
        expected.map(({ image_ID, dir }) => [image_ID, dir ?? ""]),
      );
      if (scale === undefined)
        for (const [i, { ageZ }] of rows.entries()) expect(ageZ).toBeCloseTo(expected[i]!.bone_age!, 6);
    }
  });

  it("takes the scale of rows whose picture is missing too, and names them", async () => {
    const aCase = usable.find(
      ({ mask_dirs, annotations }) => mask_dirs.length === 0 && annotations === "anno_basic.csv",
    )!;
    const { parts } = await open(aCase);
    expect(parts.train.failed).toMatchObject([
      { imageId: "missing.png", dropped: false, error: { code: "ERR_DEEPLASIA_IMAGE_MISSING" } },
    ]);
  });

  it("works with an empty dir and masks, where the reference ends with a TypeError", async () => {
    const aCase = trainingCases.find(({ result }) => result.error?.startsWith("TypeError"))!;
    const { parts } = await open(aCase);
    const names = (part: Part) => parts[part].rows.map(({ dir, imageId }) => `${dir}/${imageId}`);
    expect(names("train")).toEqual(["x/p1.png", "/top.png", "x/p5.png"]);
    expect(parts.test.failed).toMatchObject([{ imageId: "p3.png", dropped: true }]);
  });
});

describe("refuses", () => {
  const basic = trainingCases.find(
    ({ annotations, split }) => annotations === "anno_basic.csv" && split === "split_basic.csv",
  )!;
  const refusal = (change: Partial<Case>) => expect(open({ ...basic, mask_dirs: [], ...change })).rejects;

  it("one training row, whose age has no SD", () =>
    refusal({ split: "split_other_scheme.csv", split_column: "b" }).toThrow(
      /the split has only 1 training row,/,
    ));
  it("a patient in two parts, whom the reference multiplies", () =>
    refusal({ annotations: "anno_duplicates.csv", split: "split_dup.csv" }).toMatchObject({
      code: "ERR_DEEPLASIA_CSV",
    }));
  it("a column that the split has not, naming those it has", () =>
    refusal({ split_column: "zz" }).toThrow(/no split column "zz"; split columns found: "a"/));
  it("annotations without patient_ID, on which the two files are joined", () =>
    refusal({ annotations: "anno_no_age.csv" }).toMatchObject({ code: "ERR_DEEPLASIA_CSV_COLUMN" }));
});

it("refuses a part that is empty but needed, ages that are all the same, and folders that are not there", async () => {
  const tree = {
    "a.csv": "image_ID,dir,patient_ID,sex,bone_age\n1.png,,1,M,60\n2.png,,2,F,60\n3.png,,3,F,70\n",
    "b.csv": "image_ID,dir,patient_ID,sex,bone_age\n1.png,,1,M,60,5\n2.png,,2,F,60,0\n",
    "s.csv": "patient_ID,dir,one,two,three\n1,,train,val,train\n2,,train,val,val\n3,,val,test,train\n",
    "i/1.png": "",
    "i/2.png": "",
    "i/3.png": "",
  };
  const root = await writeTree(await temporaryFolder(), tree);
  const refusal = (change: object) => {
    const source = { annotation_path: join(root, "a.csv"), split_path: join(root, "s.csv") };
    return expect(
      openAgeCohort({
        ...source,
        split_column: "three",
        img_dir: join(root, "i"),
        mask_dirs: [],
        ...change,
      }),
    ).rejects;
  };
  await refusal({ split_column: "two" }).toThrow(/no row of the annotations is in the part "train"/);
  await refusal({ annotation_path: join(root, "b.csv") }).toThrow(
    /part "val" .*2 rows: 6 cells where the header has 5/,
  );
  await refusal({ split_column: "one" }).toThrow(/all training rows have a bone age of 60 months/);
  await refusal({ img_dir: join(root, "j") }).toThrow(/`data.img_dir`: there is no folder/);
  await refusal({ mask_dirs: [join(root, "m")] }).toThrow(/`data.mask_dirs`: there is no folder/);
});

it("counts rows without an age as failed, and rows that the split does not name", async () => {
  const tree = {
    "a.csv":
      "image_ID,dir,patient_ID,sex,bone_age\n1.png,,1,M,60\n2.png,,2,F,\n3.png,,3,F,70\n4.png,,4,F,7\n",
    "s.csv": "patient_ID,dir,one\n1,,train\n2,,train\n3,,train\n5,,val\n",
    "i/1.png": "",
    "i/2.png": "",
    "i/3.png": "",
  };
  const root = await writeTree(await temporaryFolder(), { ...tree, "s.csv": `${tree["s.csv"]}4,,val\n` });
  const source = {
    annotation_path: join(root, "a.csv"),
    split_path: join(root, "s.csv"),
    split_column: "one",
  };
  const cohort = await openAgeCohort({ ...source, img_dir: join(root, "i"), mask_dirs: [] });
  expect(cohort.parts.train.failed).toMatchObject([{ row: 2, error: { message: "bone_age is empty" } }]);
  expect(cohort.scale).toEqual({ meanMonths: 65, sdMonths: Math.sqrt(50) });
  expect(cohort.parts.val).toMatchObject({ rows: [], failed: [{ imageId: "4.png" }] });
  expect(() => requireUsable("train", cohort.parts.train)).not.toThrow();
  expect(() => requireUsable("val", cohort.parts.val)).toThrow(/none of 1 row .*no such picture/);
  expect(cohort.withoutSplit).toBe(0);
});
