import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { readTrainConfig } from "../../../src/run/config/readTrainConfig.js";
import { formatHyperParameters } from "../../../src/run/hyperParameters.js";
import { kindOf } from "../../../src/run/kinds/kindOf.js";
import {
  clearRun,
  makeRunFolder,
  type RunFolder,
  replaceState,
  resumableRuns,
  runOfState,
  statesOf,
} from "../../../src/run/runFolder.js";
import { canMount, mountTmpfs } from "../../helpers/disk.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";
import { fixture } from "../../helpers/testData.js";

const place = async (split_ind = -1) => ({
  root_dir: join(await temporaryFolder(), "output"),
  name: "b0",
  split_ind,
});

it("counts versions up from the largest there is", async () => {
  const at = await place();
  const parent = join(at.root_dir, "b0");
  expect((await makeRunFolder(at)).path).toBe(join(parent, "version_0"));
  await mkdir(join(parent, "version_9"));
  await writeFile(join(parent, "version_x"), "");
  expect((await makeRunFolder(at)).path).toBe(join(parent, "version_10"));
  expect(await readdir(join(parent, "version_10"))).toEqual(["ckp"]);
});

it("gives each of many that start at once a version of its own", async () => {
  const at = await place();
  const folders = await Promise.all(Array.from({ length: 12 }, () => makeRunFolder(at)));
  expect(new Set(folders.map(({ path }) => path)).size).toBe(12);
});

it("takes the folder of a split, there or not", async () => {
  const at = await place(3);
  const [first, second] = [await makeRunFolder(at), await makeRunFolder(at)];
  expect(first.path).toBe(join(at.root_dir, "b0/split_3"));
  expect(second.path).toBe(first.path);
});

it("names what is wrong with a place that cannot be written", async () => {
  const at = await place();
  await writeFile(at.root_dir, "");
  await expect(makeRunFolder(at)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_OUTPUT" });
});

it("finds the runs that can be resumed, newest first, and the run of a state", async () => {
  const at = await place();
  expect(await resumableRuns(at)).toEqual([]);
  await writeTree(join(at.root_dir, "b0"), {
    "version_2/ckp/last.state": "",
    "version_10/ckp/previous.state": "",
    "version_11/ckp/best_model.pt": "",
    "split_0/ckp/last.state": "",
  });
  const names = (folders: RunFolder[]) => folders.map(({ path }) => path.slice(at.root_dir.length));
  expect(names(await resumableRuns(at))).toEqual(["/b0/version_10", "/b0/version_2"]);
  expect(names(await resumableRuns({ ...at, split_ind: 0 }))).toEqual(["/b0/split_0"]);
  expect(await resumableRuns({ ...at, split_ind: 1 })).toEqual([]);
  expect(runOfState("/a/run/ckp/last.state")?.path).toBe("/a/run");
  expect(runOfState("/a/last.state")).toBeNull();
});

it("keeps two states, newest first, and both while a new one is written", async () => {
  const folder = await makeRunFolder(await place());
  const texts = async () => Promise.all((await statesOf(folder)).map((file) => readFile(file, "utf8")));
  for (const text of ["1", "2", "3"]) await replaceState(folder, (file) => writeFile(file, text));
  expect(await texts()).toEqual(["3", "2"]);
  const failing = replaceState(folder, async (file) => {
    await writeFile(file, "half");
    expect(await texts()).toEqual(["3", "2"]);
    throw new Error("killed");
  });
  await expect(failing).rejects.toThrow("killed");
  expect(await texts()).toEqual(["3", "2"]);
});

it("resumes from the previous state where a kill came between the two renames", async () => {
  const folder = await makeRunFolder(await place());
  await writeFile(folder.previousState, "1");
  expect(await statesOf(folder)).toEqual([folder.previousState]);
  await replaceState(folder, (file) => writeFile(file, "2"));
  expect(await statesOf(folder)).toEqual([folder.lastState, folder.previousState]);
});

it("keeps models of the run before in a folder that is used again, and nothing that could be taken for the new one's", async () => {
  const folder = await makeRunFolder({ ...(await place()), split_ind: 1 });
  const files = [folder.lastState, folder.previousState, folder.failures, folder.bestModel, folder.lastModel];
  for (const file of files) await writeFile(file, "old");
  await writeTree(folder.predictions, { "test_pred.csv": "old" });
  await clearRun(folder);
  expect((await readdir(folder.path, { recursive: true })).sort()).toEqual([
    ...["ckp", "ckp/best_model.pt", "ckp/last.pt"],
  ]);
});

it.skipIf(!canMount)("keeps the states it has on a disk that is full (needs root)", async () => {
  const folder = await makeRunFolder({ root_dir: await mountTmpfs("size=64k"), name: "b0", split_ind: -1 });
  await replaceState(folder, (file) => writeFile(file, "x".repeat(40_000)));
  await expect(replaceState(folder, (file) => writeFile(file, "y".repeat(40_000)))).rejects.toThrow(/ENOSPC/);
  expect((await readFile(folder.lastState, "utf8"))[0]).toBe("x");
});

it("writes the hyper-parameters of the reference's run as the reference does", async () => {
  const file = (name: string) => fixture(`parity/run/${name}`);
  const { config } = await readTrainConfig({ config: [file("config.yaml")] });
  const expected = parse(readFileSync(file("hparams.yaml"), "utf8"));
  expect(parse(formatHyperParameters(kindOf(config).hyperParameters(config)))).toEqual(expected);
});
