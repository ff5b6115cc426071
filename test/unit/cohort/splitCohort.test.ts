import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assignParts, type Patient } from "../../../src/cohort/assignParts.js";
import { splitCohort } from "../../../src/cohort/splitCohort.js";
import { readSplit } from "../../../src/data/splits.js";
import type { SplitCohortOptions } from "../../../src/options/calls/splitCohortOptions.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

const patients = fc
  .array(
    fc.record({
      sex: fc.constantFrom("F" as const, "M" as const, null),
      ageMonths: fc.oneof(fc.constant(null), fc.double({ min: 0, max: 228, noNaN: true })),
      pictures: fc.integer({ min: 1, max: 4 }),
    }),
    { minLength: 1, maxLength: 300 },
  )
  .map((list): Patient[] => list.map((patient, i) => ({ id: `p${i}`, ...patient })));
const shares = fc
  .tuple(fc.double({ min: 0, max: 0.45, noNaN: true }), fc.double({ min: 0, max: 0.45, noNaN: true }))
  .map(([val, test]) => [1 - val - test, val, test]);
const options = fc.record({ seed: fc.nat(), bandMonths: fc.integer({ min: 1, max: 60 }) });

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** Returns the number of pictures in each part. */
function picturesByPart(members: readonly Patient[], parts: Map<string, number>, count: number): number[] {
  const sums = Array.from({ length: count }, () => 0);
  for (const { id, pictures } of members) sums[parts.get(id)!]! += pictures;
  return sums;
}

describe("assignParts", () => {
  test("gives each part its share of all pictures and of every stratum, to within the pictures of a patient or two", () => {
    fc.assert(
      fc.property(patients, shares, options, (all, wanted, rest) => {
        const parts = assignParts(all, wanted, rest);
        expect(parts.size).toBe(all.length);
        const strata = grouped(
          all,
          ({ sex, ageMonths }) =>
            `${sex} ${ageMonths === null ? "?" : Math.floor(ageMonths / rest.bandMonths)}`,
        );
        const most = Math.max(...all.map(({ pictures }) => pictures));
        for (const [members, patientsOff] of [
          [all, 2] as const,
          ...[...strata.values()].map((s) => [s, 3] as const),
        ]) {
          const total = members.reduce((sum, { pictures }) => sum + pictures, 0);
          picturesByPart(members, parts, wanted.length).forEach((pictures, part) => {
            expect(Math.abs(pictures - wanted[part]! * total)).toBeLessThanOrEqual(patientsOff * most);
          });
        }
      }),
    );
  });

  test("depends on the seed, not on the order of the patients", () => {
    fc.assert(
      fc.property(patients, shares, options, (all, wanted, rest) => {
        const one = assignParts(all, wanted, rest);
        const other = assignParts([...all].reverse(), wanted, rest);
        for (const { id } of all) expect(other.get(id)).toBe(one.get(id));
      }),
    );
    const many: Patient[] = Array.from({ length: 200 }, (_, i) => ({
      id: `${i}`,
      sex: "F",
      ageMonths: 50,
      pictures: 1,
    }));
    const by = (seed: number) =>
      [...assignParts(many, [0.5, 0.5], { seed, bandMonths: 24 }).entries()].sort();
    expect(by(1)).not.toEqual(by(2));
  });

  test("gives nothing to a part with a share of 0", () => {
    fc.assert(
      fc.property(patients, options, (all, rest) => {
        expect([...assignParts(all, [0.7, 0.3, 0], rest).values()]).not.toContain(2);
      }),
    );
  });
});

const STANDARD: SplitCohortOptions = { scheme: "s", seed: 7, val: 0.2, test: 0.2, folds: 0, bandMonths: 24 };

/** A cohort of 120 children in two folders; every third has a second picture in the other folder. */
const ANNOTATIONS = [
  "image_ID,dir,patient_ID,sex,bone_age",
  ...Array.from({ length: 120 }, (_, i) => `${i}.png,a,0${i},${i % 2 ? "F" : "M"},${(i * 37) % 220}`),
  ...Array.from(
    { length: 40 },
    (_, i) => `${i}b.png,b,0${3 * i},${(3 * i) % 2 ? "F" : "M"},${(3 * i * 37) % 220}`,
  ),
];

async function split(
  annotations: readonly string[],
  changes: SplitCohortOptions = {},
  more: Record<string, string> = {},
) {
  const folder = await writeTree(await temporaryFolder(), {
    "a.csv": `${annotations.join("\n")}\n`,
    ...more,
  });
  const testPatients = changes.testPatients && join(folder, changes.testPatients);
  return splitCohort(join(folder, "a.csv"), { ...STANDARD, ...changes, testPatients });
}

describe("splitCohort", () => {
  test("names every patient and folder once, with one part for all pictures of a patient", async () => {
    const { columns, rows, summary, leftOut } = await split(ANNOTATIONS);
    expect(columns).toEqual(["patient_ID", "dir", "s"]);
    expect(rows).toHaveLength(160);
    expect(new Set(rows.map(([id, dir]) => `${id} ${dir}`)).size).toBe(160);
    for (const parts of grouped(rows, ([id]) => id!).values()) {
      expect(new Set(parts.map(([, , part]) => part)).size).toBe(1);
    }
    expect(leftOut).toEqual([]);
    const { train, val, test: held } = summary.s!;
    expect([train!.pictures, val!.pictures, held!.pictures].map((n) => Math.round(n / 4))).toEqual([
      24, 8, 8,
    ]);
    expect(train!.girls + val!.girls + held!.girls).toBe(60);
    for (const part of [train, val, held]) expect(Math.abs(part!.girls - part!.boys)).toBeLessThanOrEqual(4);
  });

  test("with k folds puts every patient into val once, and into test in all or no folds", async () => {
    const { columns, rows } = await split(ANNOTATIONS, { folds: 5, test: 0.1 });
    expect(columns.slice(2)).toEqual(["s_0", "s_1", "s_2", "s_3", "s_4"]);
    for (const [, , ...parts] of rows) {
      const val = parts.filter((part) => part === "val").length;
      expect(parts.includes("test") ? new Set(parts).size === 1 : val === 1).toBe(true);
    }
  });

  test("puts the patients of a given test set, and no others, into test", async () => {
    const { rows } = await split(
      ANNOTATIONS,
      { test: 0, testPatients: "t.csv" },
      { "t.csv": "patient_ID,x\n01,1\n02,1\n999,1\n" },
    );
    expect(rows.filter(([, , part]) => part === "test").map(([id]) => id)).toEqual(["01", "02"]);
  });

  test("leaves out rows without a bone age, as train does, unless the cohort has no such column", async () => {
    const { rows, leftOut } = await split([...ANNOTATIONS.slice(0, 5), "x.png,a,8,F,", "y.png,a,9,F,n/a"]);
    expect(rows).toHaveLength(4);
    expect(leftOut).toEqual([5, 6].map((row) => ({ row, why: "bone_age is empty" })));
    const withoutAges = [
      "image_ID,dir,patient_ID,sex",
      ...Array.from({ length: 9 }, (_, i) => `${i}.png,a,${i},F`),
    ];
    expect(await split(withoutAges)).toMatchObject({ rows: { length: 9 }, leftOut: [] });
  });

  test("reports rows without a patient", async () => {
    const { rows, leftOut } = await split([...ANNOTATIONS.slice(0, 5), "x.png,a,,F,5", "y.png,a,8,F,old"]);
    expect(rows).toHaveLength(4);
    expect(leftOut).toEqual([
      { row: 5, why: "patient_ID is empty" },
      { row: 6, why: expect.stringMatching(/bone_age/) },
    ]);
  });

  test.each([
    [{ val: 0.5, test: 0.5 }, /nothing is left to train on/],
    [{ folds: 1 }, /`folds: 1`/],
    [{ test: 0.1, testPatients: "t.csv" }, /test and testPatients/],
  ])("%j is refused", async (changes, message) => {
    await expect(split(ANNOTATIONS, changes, { "t.csv": "patient_ID\n1\n" })).rejects.toThrow(message);
  });

  test("writes a file that predict and train read", async () => {
    const { columns, rows } = await split(ANNOTATIONS);
    const text = [columns, ...rows].map((cells) => cells.join(",")).join("\n");
    const folder = await writeTree(await temporaryFolder(), { "splits.csv": text });
    const read = await readSplit(join(folder, "splits.csv"), "s");
    for (const [id, dir, part] of rows) expect(read.valueOf(id!, dir!)).toBe(part);
  });
});
