/** Which rows of a cohort the reference's `predict` keeps, and which we keep. */
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Cohort, openCohort } from "../../src/data/openCohort.js";
import type { ReadySample, Sample } from "../../src/data/sample.js";
import { collect, temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

interface Case {
  loader: string;
  annotations: string;
  split: string | null;
  split_column: string;
  split_name: string;
  mask_dirs: string[];
  result: {
    kept?: { image_ID: string; dir: string; patient_ID?: number | string; sex: string; male: number }[];
    error?: string;
    log: string[];
  };
}

const folder = fixture("parity/annotations");
const { cases, files_present: present } = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as {
  cases: Case[];
  files_present: Record<string, string[]>;
};
const predictCases = cases.filter(({ loader }) => loader.startsWith("predict"));

async function open(aCase: Case): Promise<{ cohort: Cohort; root: string }> {
  const root = await temporaryFolder();
  for (const [kind, files] of Object.entries(present)) {
    for (const file of files) {
      await mkdir(dirname(join(root, kind, file)), { recursive: true });
      await writeFile(join(root, kind, file), "");
    }
  }
  const cohort = await openCohort({
    annotationCsv: join(folder, aCase.annotations),
    splitCsv: join(folder, aCase.split ?? "none.csv"),
    splitColumn: aCase.split_column,
    splitName: aCase.split_name,
    imgDir: join(root, "images"),
    maskDirs: aCase.mask_dirs.map((name) => join(root, name)),
    sexNeed: "needed",
  });
  return { cohort, root };
}

const ready = (samples: Sample[]) => samples.filter((sample): sample is ReadySample => !("error" in sample));
const failures = (samples: Sample[]) =>
  samples.flatMap((sample) => ("error" in sample ? [`${sample.imageId} ${sample.error.code}`] : []));
const masked = (aCase: Case) => aCase.mask_dirs.length > 0;
const named = (annotations: string) => predictCases.filter((aCase) => aCase.annotations === annotations);

/** Files for which we deliberately do something else; each has its own test below. */
const DIFFERENT = [
  "anno_basic.csv",
  "anno_numeric_dir.csv",
  "anno_header_only.csv",
  "anno_missing_sex_column.csv",
];
const equal = predictCases.filter(({ annotations }) => !DIFFERENT.includes(annotations));

describe("the same rows as the reference", () => {
  it.each(equal)("$annotations, split $split $split_name, masks $mask_dirs", async (aCase) => {
    const { cohort, root } = await open(aCase);
    const kept = ready(await collect(cohort.samples()));
    expect(kept.map(({ imageId, dir, patientId, sex }) => [imageId, dir, patientId, sex])).toEqual(
      aCase.result.kept!.map((row) => [
        row.image_ID,
        row.dir,
        String(row.patient_ID ?? ""),
        row.male === 1 ? "M" : "F",
      ]),
    );
    const { dir, image_ID } = aCase.result.kept![0]!;
    expect(kept[0]!.imagePath).toBe(join(root, "images", dir, image_ID));
  });

  it("covers the cases there are", () => {
    expect(equal).toHaveLength(9);
    expect(predictCases).toHaveLength(17);
  });
});

describe("deliberate differences", () => {
  it.each(named("anno_basic.csv").filter(({ split }) => split === null))(
    "missing rows are reported, not lost; `m` and `Male` are male, an empty sex is a failed row (masks $mask_dirs)",
    async (aCase) => {
      const { cohort } = await open(aCase);
      const samples = await collect(cohort.samples());
      // The reference takes every sex but an exact `M` as female.
      const corrected = aCase.result
        .kept!.filter((row) => row.sex !== "")
        .map((row) => [row.image_ID, row.dir, row.sex.toUpperCase().startsWith("M") ? "M" : "F"]);
      expect(ready(samples).map(({ imageId, dir, sex }) => [imageId, dir, sex])).toEqual(corrected);
      expect(failures(samples)).toContain("missing.png ERR_DEEPLASIA_IMAGE_MISSING");
      expect(failures(samples)).toContain("p7.PNG ERR_DEEPLASIA_SEX");
      // Its log counts the rows without a mask; so do we.
      const combined = aCase.result.log.find((line) => line.includes("all sources"));
      const [, have, all] = /(\d+) \/ (\d+)/.exec(combined ?? "0 / 0")!.map(Number);
      const dropped = samples.filter((sample) => "error" in sample && sample.dropped);
      expect(dropped).toHaveLength(masked(aCase) ? all! - have! : 0);
    },
  );

  it("a split is joined although all patient IDs are integers", async () => {
    const aCase = named("anno_basic.csv").find(({ split_column }) => split_column === "a")!;
    expect(aCase.result.error).toMatch(/merge on int64 and object/);
    const { cohort } = await open(aCase);
    const samples = await collect(cohort.samples());
    expect(samples.map(({ imageId, dir }) => `${dir}/${imageId}`)).toEqual(["x/p3.png", "y/p1.png"]);
    expect(cohort.withoutSplit).toBe(2);
  });

  it("a missing split column is an error that names those there are", async () => {
    const aCase = named("anno_basic.csv").find(({ split_column }) => split_column === "zz")!;
    expect(aCase.result.error).toMatch(/split columns \(zz\) not found/);
    await expect(open(aCase)).rejects.toThrow(/no split column "zz"; split columns found: "a"/);
  });

  it("a `dir` that is all numbers is text", async () => {
    const [aCase] = named("anno_numeric_dir.csv");
    expect(aCase!.result.error).toMatch(/UFuncTypeError/);
    const { cohort, root } = await open(aCase!);
    expect(await collect(cohort.samples())).toMatchObject([
      { dir: "1", error: { code: "ERR_DEEPLASIA_IMAGE_MISSING", file: join(root, "images/1/p1.png") } },
    ]);
  });

  it("a file without rows is an error, not an empty result", async () => {
    const [aCase] = named("anno_header_only.csv");
    expect(aCase!.result.kept).toEqual([]);
    await expect(open(aCase!)).rejects.toThrow(/header but no row/);
  });

  it("a missing sex column is an error with the column's name, before any work", async () => {
    const [aCase] = named("anno_missing_sex_column.csv");
    expect(aCase!.result.error).toBe("KeyError: 'sex'");
    await expect(open(aCase!)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_CSV_COLUMN" });
  });

  it("a key that occurs twice in a split does not multiply rows: a contradiction is an error", async () => {
    const aCase = {
      ...named("anno_duplicates.csv")[0]!,
      split: "split_dup.csv",
      split_column: "a",
      split_name: "val",
    };
    await expect(open(aCase)).rejects.toThrow(
      /row 2 puts patient_ID "1", dir "x" in "val", row 1 in "train"/,
    );
  });

  it("a picture that is named twice is kept twice, as in the reference, but counted", async () => {
    const { cohort } = await open(named("anno_duplicates.csv")[0]!);
    expect(cohort.duplicates).toMatchObject({
      count: 1,
      first: { row: 2, earlierRow: 1, dir: "x", imageId: "p1.png" },
    });
  });
});
