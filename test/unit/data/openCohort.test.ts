import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CohortOptions, openCohort } from "../../../src/data/openCohort.js";
import { collect, temporaryFolder, writeTree } from "../../helpers/temporary.js";

const ANNOTATIONS = `image_ID,dir,patient_ID,sex,bone_age
a.png,x,1,M,100
b.png,x,2,F,50
gone.png,x,3,M,60
c.png,,4,X,70
a.png,x,1,M,100
d.png,x,5,F
`;

async function cohort(options: Partial<CohortOptions> = {}, annotations = ANNOTATIONS) {
  const root = await writeTree(await temporaryFolder(), {
    "cohort.csv": annotations,
    "split.csv": "patient_ID,dir,s\n1,x,test\n2,x,train\n3,x,test\n9,x,test\n",
    "images/x/a.png": "",
    "images/x/b.png": "",
    "images/c.png": "",
    "masks/x/a.png": "",
  });
  const opened = await openCohort({
    annotationCsv: join(root, "cohort.csv"),
    splitCsv: join(root, "split.csv"),
    splitColumn: "",
    splitName: "test",
    imgDir: join(root, "images"),
    maskDirs: [],
    sexNeed: "needed",
    ...options,
    ...(options.maskDirs && { maskDirs: options.maskDirs.map((folder) => join(root, folder)) }),
  });
  return { root, opened };
}

describe("samples", () => {
  it("come in order, with paths, and each bad row in its place", async () => {
    const { root, opened } = await cohort();
    const samples = await collect(opened.samples());
    expect(opened.total).toBe(6);
    expect(samples.map((sample) => [sample.index, sample.row])).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => [i, i + 1]),
    );
    expect(samples[0]).toEqual({
      index: 0,
      row: 1,
      imageId: "a.png",
      dir: "x",
      patientId: "1",
      sex: "M",
      boneAgeMonths: 100,
      imagePath: join(root, "images/x/a.png"),
      maskPath: null,
    });
    expect(samples.map((sample) => ("error" in sample ? sample.error.code : "ready"))).toEqual([
      "ready",
      "ready",
      "ERR_DEEPLASIA_IMAGE_MISSING",
      "ERR_DEEPLASIA_SEX",
      "ready",
      "ERR_DEEPLASIA_ROW",
    ]);
    expect(samples[2]).toMatchObject({
      error: { row: 3, file: join(root, "images/x/gone.png") },
      dropped: false,
    });
    expect(samples[3]).toMatchObject({ error: { row: 4, file: join(root, "cohort.csv") } });
  });

  it("start at a given position and keep their positions", async () => {
    const { opened } = await cohort();
    const all = await collect(opened.samples());
    for (let from = 0; from <= all.length; from++) {
      expect(await collect(opened.samples(from))).toEqual(all.slice(from));
    }
  });

  it("without a mask are dropped, not failed", async () => {
    const { root, opened } = await cohort({ maskDirs: ["masks"] });
    const samples = await collect(opened.samples());
    expect(samples[0]).toMatchObject({ maskPath: join(root, "masks/x/a.png") });
    expect(samples[1]).toMatchObject({
      dropped: true,
      error: { code: "ERR_DEEPLASIA_MASK_MISSING", row: 2 },
    });
    expect(samples[2]).toMatchObject({ dropped: false, error: { code: "ERR_DEEPLASIA_IMAGE_MISSING" } });
  });

  it("stay below the image root if a cell is an absolute path", async () => {
    const { root, opened } = await cohort({}, "image_ID,dir,sex\na.png,/x,M\n");
    expect(await collect(opened.samples())).toMatchObject([{ imagePath: join(root, "images/x/a.png") }]);
  });

  it("keep their order when there are more than the look-ahead", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${i % 3 === 0 ? "a" : "none"}.png,x,M`);
    const { opened } = await cohort({}, `image_ID,dir,sex\n${rows.join("\n")}`);
    const samples = await collect(opened.samples());
    expect(samples.map(({ index }) => index)).toEqual(rows.map((_, i) => i));
    expect(samples.map((sample) => "error" in sample)).toEqual(rows.map((_, i) => i % 3 !== 0));
  });

  it("can be stopped early and read again", async () => {
    const { opened } = await cohort();
    for await (const sample of opened.samples()) if (sample.index === 1) break;
    expect(await collect(opened.samples())).toHaveLength(6);
  });
});

describe("splits", () => {
  it("select rows and count the rows that they do not name", async () => {
    const { opened } = await cohort({ splitColumn: "s" });
    const samples = await collect(opened.samples());
    // Row 6 has too few cells, so its patient is not known and it is reported.
    expect(samples.map(({ index, row }) => [index, row])).toEqual([
      [0, 1],
      [1, 3],
      [2, 5],
      [3, 6],
    ]);
    expect(await collect(opened.rowNumbers())).toEqual([1, 3, 5, 6]);
    expect(opened).toMatchObject({ total: 4, withoutSplit: 1 });
  });

  it("an unknown split name is answered with the existing ones", async () => {
    await expect(cohort({ splitColumn: "s", splitName: "tset" })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_OPTION",
      message: expect.stringMatching(/has no "tset"; it has "test" \(3\), "train" \(1\)/),
      remedy: expect.stringMatching(/nearest is "test"/),
    });
  });

  it("a split that selects no row is an error", async () => {
    const annotations = "image_ID,dir,patient_ID,sex\na.png,y,1,M\n";
    await expect(cohort({ splitColumn: "s" }, annotations)).rejects.toThrow(/selects none of its rows/);
  });

  it("are not read if no column is given", async () => {
    const { opened } = await cohort({ splitCsv: "/nowhere/split.csv" });
    expect(opened.total).toBe(6);
  });
});

describe("the cohort as a whole", () => {
  it("finds pictures that are named twice", async () => {
    const { opened } = await cohort();
    expect(opened.duplicates).toMatchObject({
      count: 1,
      first: { row: 5, earlierRow: 1, dir: "x", imageId: "a.png" },
    });
  });

  it("notes bone ages that look like years and ages that no child has", async () => {
    const rows = (ages: readonly number[]) => ages.map((age, i) => `${i}.png,M,${age}\n`).join("");
    const notesOf = async (ages: readonly number[]) =>
      (await cohort({}, `image_ID,sex,bone_age\n${rows(ages)}`)).opened.notes();
    const years = Array.from({ length: 10 }, (_, i) => 8 + i);
    expect(await notesOf(years)).toEqual([expect.stringMatching(/look like years: none of 10 is above 17/)]);
    expect(await notesOf(years.map((age) => 12 * age))).toEqual([]);
    expect(await notesOf([100, -5, 241])).toEqual([
      expect.stringMatching(/^2 bone ages are outside 0 to 240 months \(the first: row 2: -5\)/),
    ]);
  });

  it("explains how to find a picture that a row names by its absolute path", async () => {
    const { root } = await cohort();
    const path = join(root, "images/x/a.png");
    const { opened } = await cohort({}, `image_ID,sex\n${path},M\n`);
    expect(await collect(opened.samples())).toMatchObject([
      { error: { message: expect.stringContaining(`img_dir / finds ${path}`) } },
    ]);
  });

  it("distinguishes equal names in two folders", async () => {
    const { opened } = await cohort({}, "image_ID,dir,sex\na.png,x,M\na.png,y,M\n");
    expect(opened.duplicates).toMatchObject({ count: 0, first: null });
  });

  it("stops at the limit", async () => {
    const { opened } = await cohort({ limit: 2 });
    expect(opened.total).toBe(2);
    expect(await collect(opened.rowNumbers())).toEqual([1, 2]);
    expect(await collect(opened.samples())).toHaveLength(2);
  });

  it("has a hash of everything that defines it", async () => {
    const { root, opened } = await cohort();
    const again = (splitColumn = "", limit?: number) =>
      openCohort({
        annotationCsv: join(root, "cohort.csv"),
        splitCsv: join(root, "split.csv"),
        splitColumn,
        splitName: "test",
        imgDir: join(root, "images"),
        maskDirs: [],
        sexNeed: "needed",
        limit,
      });
    expect((await again()).sha256).toBe(opened.sha256);
    expect((await again("", 1)).sha256).toBe(opened.sha256);
    const withSplit = (await again("s")).sha256;
    expect(withSplit).not.toBe(opened.sha256);
    await appendFile(join(root, "split.csv"), "77,x,test\n");
    expect((await again("s")).sha256).not.toBe(withSplit);
    const text = await readFile(join(root, "cohort.csv"), "utf8");
    await writeFile(join(root, "cohort.csv"), text.replace("F,50", "F,51"));
    expect((await again()).sha256).not.toBe(opened.sha256);
  });

  it("names a missing image folder", async () => {
    await expect(cohort({ imgDir: "/nowhere" })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_OPTION",
      message: expect.stringMatching(/`imgDir`: there is no folder \/nowhere/),
    });
  });
});
