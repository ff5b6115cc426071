/** Whole commands on CSVs and file names that come from spreadsheets and other machines. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvRows, runCli } from "../helpers/cli.js";
import { cohortArguments, halves } from "../helpers/pictures.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const MODEL = fixture("models/mean-plus-sex.pt");

async function cohort(csv: string | Uint8Array, images: string[], masks: string[] = []) {
  const picture = await halves(200);
  const files = [...images.map((name) => `images/${name}`), ...masks.map((name) => `masks/${name}`)];
  return writeTree(await temporaryFolder(), {
    "cohort.csv": csv,
    "images/.keep": "",
    "masks/.keep": "",
    ...Object.fromEntries(files.map((file) => [file, picture])),
  });
}

const outputOf = async (folder: string) => csvRows(await readFile(join(folder, "out.csv"), "utf8"));

describe("predict", () => {
  test("reads a spreadsheet's CSV, finds files under other forms of their names, and notes it once", async () => {
    const csv = Buffer.from(
      "sep=;\r\nimage_ID;sex;bone_age\r\n7;F;100,5\r\nM\u00fcller.png;M;-\r\n;;\r\nb.PNG;F;12y\r\n;;\r\n",
      "latin1",
    );
    const images = ["0007.png", "Mu\u0308ller.png", "b.png"];
    const folder = await cohort(csv, images, images);
    const args = cohortArguments(folder, MODEL, "--mask_dirs", join(folder, "masks"));
    const { code, stderr } = await runCli(args);
    expect(code).toBe(0);
    expect(stderr).toMatch(/1 cell is not UTF-8 and read as Windows-1252 \(the first: "M\u00fcller\.png"\)/);
    expect(stderr).toMatch(/2 rows have a bone_age that is not a number .*row 2: "-"/);
    expect(stderr.match(/under another form of the name/g)).toHaveLength(1);
    expect(stderr).toMatch(/3 pictures were found .*row 1: /);
    expect((await outputOf(folder)).map(({ row, image_ID, bone_age }) => [row, image_ID, bone_age])).toEqual([
      ["1", "7", "100.5"],
      ["2", "M\u00fcller.png", ""],
      ["3", "b.PNG", ""],
    ]);
    const check = await runCli([
      "cohort",
      "check",
      join(folder, "cohort.csv"),
      "--img_dir",
      join(folder, "images"),
    ]);
    expect(check.stdout).toMatch(/2 bone ages are not numbers/);
    expect(check.stdout).toMatch(/note: 3 pictures were found under another form/);
    expect(check.code).toBe(3);
  });

  test("names the first failed row of each kind, the paths that were searched, and the list of failures", async () => {
    const csv = "image_ID,sex\na.png,F\nhand.png,F\nb.png,X\nc.png,M\n";
    const folder = await cohort(csv, ["a.png", "b.png", "c.png", "hands.png"], ["a.png"]);
    const args = cohortArguments(folder, MODEL, "--mask_dirs", join(folder, "masks"));
    const { code, stderr } = await runCli(args);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /IMAGE_MISSING: 1; row 2, .*hand\.png: there is no such picture; the nearest is "hands\.png"/,
    );
    expect(stderr).toMatch(/SEX: 1; row 3, .*cohort\.csv: unknown sex "X"/);
    expect(stderr).toMatch(/MASK_MISSING: 1; row 4, .*c\.png: there is no mask .*looked for .*masks\/c\.png/);
    expect(stderr).toContain(`not predicted: ${join(folder, "out.csv")}.failures.csv`);
  });
});
