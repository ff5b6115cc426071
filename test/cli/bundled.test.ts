/** The bundled model on the bundled phantoms, as quickstart runs it. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BUNDLED_MODEL } from "../../src/model/bundled.js";
import { runCli } from "../helpers/cli.js";
import { projectRoot } from "../helpers/testData.js";

const phantoms = join(projectRoot, "examples/phantoms");

test("predict without a model takes the bundled one, and says what it is", async () => {
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
  expect(deviations.reduce((sum, months) => sum + months, 0) / 12).toBeLessThan(23);
});

test("it is small, and its contract says that it is not for people", async () => {
  expect((await stat(BUNDLED_MODEL)).size).toBeLessThan(10e6);
  const { code, stdout } = await runCli(["inspect", BUNDLED_MODEL, "--json"]);
  expect(code).toBe(0);
  const { contract } = JSON.parse(stdout);
  expect(contract.provenance.value).toMatch(/synthetic radiographs.*no person's hand/);
  expect(contract.intendedUse.value).toMatch(/not for people/);
});
