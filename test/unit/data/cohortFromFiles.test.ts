import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cohortFromFiles, type FileCohortOptions } from "../../../src/data/cohortFromFiles.js";
import { collect, temporaryFolder, writeTree } from "../../helpers/temporary.js";

async function tree() {
  return writeTree(await temporaryFolder(), {
    "set/atlas/b.PNG": "",
    "set/atlas/a.jpg": "",
    "set/wrist/a.jpg": "",
    "set/wrist/deep/c.tiff": "",
    "set/wrist/notes.txt": "",
    "set/odd[1].png": "",
    "masks/atlas/a.jpg": "",
    "empty/notes.txt": "",
    "sex.csv":
      "image_ID,dir,patient_ID,sex,bone_age\na.jpg,atlas,7,F,90\na.jpg,wrist,8,M,\nb.PNG,elsewhere,9,M,1\n",
  });
}

async function samplesOf(inputs: string[], options: Partial<FileCohortOptions> = {}) {
  const cohort = await cohortFromFiles(inputs, { sex: "F", maskDirs: [], sexNeed: "needed", ...options });
  return { cohort, samples: await collect(cohort.samples()) };
}

const names = (samples: { dir: string; imageId: string }[]) =>
  samples.map(({ dir, imageId }) => `${dir}|${imageId}`);

it("a sex for all pictures overrides the CSV, with a note", async () => {
  const root = await tree();
  const { cohort, samples } = await samplesOf([join(root, "set")], { sexFrom: join(root, "sex.csv") });
  expect(samples.every((sample) => "sex" in sample && sample.sex === "F")).toBe(true);
  expect(cohort.notes()).toContain(`2 pictures have the other sex in ${join(root, "sex.csv")}; F is used`);
});

it("DICOM files count as such under another format's name", async () => {
  const dicom = Buffer.concat([Buffer.alloc(128), Buffer.from("DICM")]);
  const root = await writeTree(await temporaryFolder(), {
    "a/one.png": "",
    "a/two.jpg": dicom,
    "b/one.png": "",
  });
  expect((await samplesOf([join(root, "a")])).cohort.hasHeaders).toBe(true);
  expect((await samplesOf([join(root, "b")])).cohort.hasHeaders).toBe(false);
});

describe("arguments", () => {
  it("one file", async () => {
    const root = await tree();
    const file = join(root, "set/atlas/a.jpg");
    const { cohort, samples } = await samplesOf([file]);
    expect(samples).toEqual([
      {
        index: 0,
        row: 1,
        imageId: "a.jpg",
        dir: "",
        patientId: "",
        sex: "F",
        boneAgeMonths: null,
        imagePath: file,
        maskPath: null,
      },
    ]);
    expect(cohort.total).toBe(1);
  });

  it("a folder: all pictures below it, sorted, and a note on other files", async () => {
    const { cohort, samples } = await samplesOf([join(await tree(), "set")]);
    expect(names(samples)).toEqual([
      "atlas|a.jpg",
      "atlas|b.PNG",
      "|odd[1].png",
      "wrist|a.jpg",
      "wrist/deep|c.tiff",
    ]);
    expect(samples.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5]);
    expect(cohort.notes()).toEqual([
      expect.stringMatching(/set: 1 file passed over \(1 \.txt\): notes\.txt$/),
    ]);
  });

  it("files that are passed over are counted by kind, and named if they are few", async () => {
    const others = { "s/b.bmp": "", "s/c.jp2": "", "s/IM0001": "", "s/Thumbs.db": "", "s/._a.png": "" };
    const root = await writeTree(await temporaryFolder(), { "s/a.png": "", ...others });
    const { cohort } = await samplesOf([join(root, "s")]);
    const kinds = "1 .bmp, 1 .jp2, 1 without extension";
    expect(cohort.notes()).toEqual([
      `${join(root, "s")}: 3 files passed over (${kinds}): IM0001, b.bmp, c.jp2`,
    ]);
    expect(cohort.total).toBe(1);

    const many = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`t/${i}.J2K`, ""]));
    await writeTree(root, { "t/a.png": "", ...many });
    const { cohort: larger } = await samplesOf([join(root, "t/*.png"), join(root, "t")]);
    expect(larger.notes()).toEqual([`${join(root, "t")}: 7 files passed over (7 .j2k)`]);

    await writeTree(root, { "u/b.bmp": "" });
    await expect(samplesOf([join(root, "u")])).rejects.toThrow(
      /no pictures .*: 1 file passed over \(1 \.bmp\): b\.bmp$/,
    );
  });

  it("several: relative to their common folder, in the given order, each once", async () => {
    const root = await tree();
    const wrist = join(root, "set/wrist");
    const { samples } = await samplesOf([wrist, join(root, "set/atlas/b.PNG"), join(wrist, "a.jpg")]);
    expect(names(samples)).toEqual(["wrist|a.jpg", "wrist/deep|c.tiff", "atlas|b.PNG"]);
  });

  it("a pattern", async () => {
    const { samples } = await samplesOf([join(await tree(), "set/*/*.jpg")]);
    expect(names(samples)).toEqual(["atlas|a.jpg", "wrist|a.jpg"]);
  });

  it("a file whose name looks like a pattern", async () => {
    const { samples } = await samplesOf([join(await tree(), "set/odd[1].png")]);
    expect(names(samples)).toEqual(["|odd[1].png"]);
  });

  it("a missing file is a failed row and does not stop the others", async () => {
    const root = await tree();
    const { samples } = await samplesOf([join(root, "set/none.png"), join(root, "set/atlas/a.jpg")]);
    expect(samples).toMatchObject([
      { row: 1, error: { code: "ERR_DEEPLASIA_IMAGE_MISSING", file: join(root, "set/none.png") } },
      { row: 2, imageId: "a.jpg" },
    ]);
  });

  it("a folder without pictures and a pattern without match are errors", async () => {
    const root = await tree();
    await expect(samplesOf([join(root, "empty")])).rejects.toThrow(/no pictures .*empty/);
    await expect(samplesOf([join(root, "*.png")])).rejects.toThrow(/no file matches/);
  });
});

describe("sex", () => {
  it("is looked up by file name and folder", async () => {
    const root = await tree();
    const options = { sex: undefined, sexFrom: join(root, "sex.csv") };
    const { samples } = await samplesOf([join(root, "set")], options);
    const known = samples.map((s) => ("error" in s ? s.error.code : [s.sex, s.patientId, s.boneAgeMonths]));
    expect(known).toEqual([
      ["F", "7", 90],
      // The only row with that name, although it has another folder.
      ["M", "9", 1],
      "ERR_DEEPLASIA_SEX",
      ["M", "8", null],
      "ERR_DEEPLASIA_SEX",
    ]);
  });

  it("is found by the end of the folder's path if only that folder is given", async () => {
    const root = await tree();
    const options = { sex: undefined, sexFrom: join(root, "sex.csv") };
    const { samples } = await samplesOf([join(root, "set/wrist/a.jpg")], options);
    expect(samples).toMatchObject([{ dir: "", sex: "M", patientId: "8" }]);
  });

  it("is an error if the file name occurs in other folders only", async () => {
    const root = await writeTree(await temporaryFolder(), {
      "z/a.jpg": "",
      "sex.csv": "image_ID,dir,sex\na.jpg,atlas,F\na.jpg,wrist,M\n",
    });
    const options = { sex: undefined, sexFrom: join(root, "sex.csv") };
    const { samples } = await samplesOf([join(root, "z")], options);
    expect(samples).toMatchObject([{ error: { code: "ERR_DEEPLASIA_SEX", file: join(root, "z/a.jpg") } }]);
  });

  it.each([
    ["the extension", "image_ID,sex\na,F\n"],
    ["another form of the name", "image_ID,sex\nA.JPEG,F\n"],
    ["a file of predictions", "image_ID,sex,y_hat,pred_bone_age\na.jpg,0.0,1,2\n"],
    ["two rows that agree", "image_ID,sex\na.jpg,F\na.jpg,female\n"],
  ])("is found by %s", async (_, csv) => {
    const root = await writeTree(await tree(), { "other.csv": csv });
    const options = { sex: undefined, sexFrom: join(root, "other.csv") };
    const { samples } = await samplesOf([join(root, "set/wrist/a.jpg")], options);
    expect(samples).toMatchObject([{ sex: "F" }]);
  });

  it("is an error if rows contradict each other", async () => {
    const root = await writeTree(await tree(), {
      "other.csv": "image_ID,sex,bone_age\na.jpg,M,9\na.jpg,F,8\n",
    });
    const options = { sex: undefined, sexFrom: join(root, "other.csv") };
    const { samples } = await samplesOf([join(root, "set/wrist/a.jpg")], options);
    expect(samples).toMatchObject([
      {
        error: {
          message: expect.stringMatching(/contradict each other \(row 1: M, 9 months, row 2: F, 8 months\)/),
        },
      },
    ]);
  });

  it("in a row without dir does not count for two pictures of that name", async () => {
    const root = await writeTree(await tree(), { "other.csv": "image_ID,sex\na.jpg,F\n" });
    const options = { sex: undefined, sexFrom: join(root, "other.csv") };
    const inputs = [join(root, "set/atlas/a.jpg"), join(root, "set/wrist/a.jpg")];
    const { samples } = await samplesOf(inputs, options);
    const message = expect.stringMatching(
      /one row \(1\) for this picture and for .*a\.jpg, and its dir does not distinguish/,
    );
    expect(samples).toMatchObject([{ error: { message } }, { error: { message } }]);
    await writeTree(root, { "other.csv": "image_ID,dir,sex\na.jpg,wrist,F\n" });
    expect((await samplesOf(inputs, options)).samples).toMatchObject([
      { error: { message: expect.stringMatching(/which is for .*wrist\/a\.jpg/) } },
      { sex: "F" },
    ]);
  });

  it("must be given if and only if the model needs it", async () => {
    const root = await tree();
    const file = join(root, "set/atlas/a.jpg");
    await expect(samplesOf([file], { sex: undefined })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_USAGE",
    });
    const { samples } = await samplesOf([file], { sex: undefined, sexNeed: "ignored" });
    expect(samples).toMatchObject([{ sex: null }]);
  });

  it("is unknown if it is to be predicted, unless the CSV has it", async () => {
    const root = await tree();
    const options = { sex: undefined, sexNeed: "where-given" } as const;
    const alone = await samplesOf([join(root, "set/atlas/a.jpg")], options);
    expect(alone.samples).toMatchObject([{ sex: null }]);
    const { samples } = await samplesOf([join(root, "set")], { ...options, sexFrom: join(root, "sex.csv") });
    const known = samples.map((s) => ("error" in s ? s.error.code : s.sex));
    expect(known).toEqual(["F", "M", null, "M", null]);
    await writeTree(root, { "odd.csv": "image_ID,sex\na.jpg,X\n" });
    const odd = { ...options, sexFrom: join(root, "odd.csv") };
    expect((await samplesOf([join(root, "set/atlas/a.jpg")], odd)).samples).toMatchObject([
      { error: { code: "ERR_DEEPLASIA_SEX" } },
    ]);
  });
});

it("finds masks below the mask folder by the pictures' relative paths", async () => {
  const root = await tree();
  const { samples } = await samplesOf([join(root, "set")], { maskDirs: [join(root, "masks")] });
  expect(samples[0]).toMatchObject({ maskPath: join(root, "masks/atlas/a.jpg") });
  expect(samples[1]).toMatchObject({ dropped: true });
});

it("has a hash that changes with the pictures", async () => {
  const root = await tree();
  const one = await samplesOf([join(root, "set/atlas")]);
  const same = await samplesOf([join(root, "set/atlas")]);
  const other = await samplesOf([join(root, "set/wrist")]);
  expect(one.cohort.sha256).toBe(same.cohort.sha256);
  expect(one.cohort.sha256).not.toBe(other.cohort.sha256);
});
