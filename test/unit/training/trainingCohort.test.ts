import { join } from "node:path";
import { expect, test } from "vitest";
import { openAgeCohort } from "../../../src/training/ageCohort.js";
import { requireUsable } from "../../../src/training/trainingCohort.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

/** A cohort of such rows (image, sex, age) of which the first four are train, the others val. */
async function open(
  rows: readonly string[],
  header = "image_ID,sex,bone_age,patient_ID,dir",
  word = "train",
) {
  const parts = rows.map((_, i) => `${i},,${i < 4 ? word : "val"}`);
  const folder = await writeTree(await temporaryFolder(), {
    "a.csv": [header, ...rows.map((row, i) => `${row},${i},`)].join("\n"),
    "s.csv": ["patient_ID,dir,s", ...parts].join("\n"),
    ...Object.fromEntries(rows.map((row) => [`images/${row.split(",")[0]}`, ""])),
  });
  return openAgeCohort({
    annotation_path: join(folder, "a.csv"),
    split_path: join(folder, "s.csv"),
    split_column: "s",
    img_dir: join(folder, "images"),
    mask_dirs: [],
  });
}

const six = (sexes: readonly string[], ages = [10, 20, 30, 40, 50, 60]) =>
  sexes.map((sex, i) => `${i}.png,${sex},${ages[i]}`);

test("the true reason is named where no training row can be used", async () => {
  await expect(open(six(["True", "False", "True", "False", "M", "F"]))).rejects.toThrow(
    /4 rows: unknown sex "True" or "False" \(the first: row 1, .*a\.csv\)\. Write M or F/,
  );
  const ages = six(["M", "F", "M", "F", "M", "F"]).map((row, i) => (i < 3 ? row.replace(/\d+$/, "") : row));
  await expect(open(ages)).rejects.toThrow(/only 1 of 4 training rows.*3 rows: bone_age is empty/);
});

test("True and False are understood in a column male", async () => {
  const rows = six(["True", "False", "True", "False", "True", "False"]);
  const { parts } = await open(rows, "image_ID,male,bone_age,patient_ID,dir");
  expect(parts.train.rows.map(({ male }) => male)).toEqual([1, 0, 1, 0]);
});

test("a part of which nothing can be used, words of the split that are no part, and rows that contradict", async () => {
  const cohort = await open(six(["M", "F", "M", "F", "x", "y"]));
  expect(() => requireUsable("val", cohort.parts.val)).toThrow(/none of 2 .*2 rows: unknown sex "x" or "y"/);
  await expect(open(six(["M", "F", "M", "F", "M", "F"]), undefined, "Train")).rejects.toThrow(
    /in the part "train" .*the split has the words "Train" \(4\)/,
  );
  const { notes } = await open(["0.png,M,1", "0.png,F,2", "2.png,M,3", "3.png,F,4", "4.png,M,5"]);
  expect(notes).toEqual([
    expect.stringMatching(/^1 row names a picture that an earlier row names too \(row 2 and row 1: 0\.png\)/),
    expect.stringMatching(/^1 of them with another sex or bone age/),
  ]);
});
