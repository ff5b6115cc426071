/** The README's scripts, as they stand there, run against the built package. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadModel } from "../../src/index.js";
import { runCli } from "../helpers/cli.js";
import { halves } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture, projectRoot } from "../helpers/testData.js";

const readme = readFileSync(join(projectRoot, "README.md"), "utf8");
const scripts = [...readme.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]!);

/** A folder with the files that the scripts name. */
async function project(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "node_modules"));
  await symlink(projectRoot, join(folder, "node_modules/deeplasia-native"));
  await copyFile(fixture("models/mean-plus-sex.pt"), join(folder, "model.pt"));
  await copyFile(fixture("models/mean-plus-sex.json"), join(folder, "model.json"));
  for (const place of ["images", "masks"]) {
    await mkdir(join(folder, place));
    await writeFile(join(folder, place, "a.png"), await halves(200));
  }
  await copyFile(join(folder, "images/a.png"), join(folder, "hand.png"));
  await copyFile(join(folder, "masks/a.png"), join(folder, "mask.png"));
  await writeFile(join(folder, "cohort.csv"), "image_ID,dir,sex\na.png,,M\nnone.png,,F\n");
  return folder;
}

const run = (folder: string, script: string) => {
  writeFileSync(join(folder, "script.mjs"), script);
  return execFileSync(process.execPath, ["script.mjs"], { cwd: folder, encoding: "utf8", stdio: "pipe" });
};

test("the README has the scripts that are tested here", () => expect(scripts).toHaveLength(3));

test("one picture, and a cohort", async () => {
  const output = run(await project(), scripts[0]!);
  // Under its mask the picture is all white on black: interval gives 0 and 1, half of each.
  expect(output).toMatch(/^hand\.png: 140\.0 months$/m);
  expect(output).toMatch(/^a\.png 160$/m);
});

test("a training loop of one's own", async () => {
  const folder = await project();
  await runCli(["init", "--out", join(folder, "fresh.pt"), "--seed", "1"]);
  const output = run(folder, scripts[1]!);
  const losses = [...output.matchAll(/^\d+ (\d+\.\d{4}) \d+\.\d\d$/gm)].map(([, loss]) => Number(loss));
  expect(losses).toHaveLength(20);
  // Four pictures are soon learnt by heart.
  const last = losses.slice(-5).reduce((sum, loss) => sum + loss, 0) / 5;
  expect(last).toBeLessThan(losses[0]! / 2);
  const model = await loadModel(join(folder, "trained.pt"));
  expect(model.contract).toMatchObject({ ageMeanMonths: 127.3, ageSdMonths: 41.2 });
  await model.dispose();
});

test("tensors of one's own", async () => {
  // Zeros: mean 0, plus 0.5 for male.
  expect(run(await project(), scripts[2]!)).toMatch(/Float32Array\(2\) \[ 0\.5, 0 \] null/);
});
