/** The bundled model on the bundled phantoms, as quickstart runs it. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BUNDLED_MODEL } from "../../src/model/bundled.js";
import { csvRows, runCli } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { describeWithTestData, projectRoot, testData } from "../helpers/testData.js";

const phantoms = join(projectRoot, "examples/phantoms");

test("predict without a model uses the bundled one, with a warning about its nature", async () => {
  const { code, stdout, stderr } = await runCli([
    "predict",
    join(phantoms, "images"),
    `--sex-from=${join(phantoms, "annotations.csv")}`,
    `--mask_dirs=${join(phantoms, "masks")}`,
  ]);
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("mean nothing for people");
  const rows = [...stdout.matchAll(/^(\d{6}\.png)\t.*\t(-?\d+\.\d) months\t.*truth (\d+\.?\d*)$/gm)];
  expect(rows).toHaveLength(12);
  const deviations = rows.map(([, , months, truth]) => Math.abs(Number(months) - Number(truth)));
  // Whoever says the same age of all is wrong by 46 months.
  expect(deviations.reduce((sum, months) => sum + months, 0) / 12).toBeLessThan(12);
});

test("it is small, and its contract states that it is not for people", async () => {
  expect((await stat(BUNDLED_MODEL)).size).toBeLessThan(10e6);
  const { code, stdout } = await runCli(["inspect", BUNDLED_MODEL, "--json"]);
  expect(code).toBe(0);
  const { contract } = JSON.parse(stdout);
  expect(contract.provenance.value).toMatch(/synthetic radiographs.*no person's hand/);
  expect(contract.intendedUse.value).toMatch(/not for people/);
});

describeWithTestData("real plates, none of which it has seen", ["radiographs/annotations.csv"], () => {
  test("it distinguishes older hands from younger ones", async () => {
    const output = join(await temporaryFolder(), "plates.csv");
    const { code, stderr } = await runCli([
      "predict",
      `--annotation_csv=${testData("radiographs/annotations.csv")}`,
      `--img_dir=${testData("radiographs/images")}`,
      `--mask_dirs=${testData("radiographs/masks")}`,
      `--output_path=${output}`,
    ]);
    expect(code, stderr).toBe(0);
    const rows = csvRows(await readFile(output, "utf8")).filter(({ dir }) => dir === "atlas");
    expect(rows).toHaveLength(58);
    const deviations = rows.map((row) => Math.abs(Number(row.pred_bone_age) - Number(row.bone_age)));
    expect(deviations.reduce((sum, months) => sum + months, 0) / 58).toBeLessThan(20);
  });
});
