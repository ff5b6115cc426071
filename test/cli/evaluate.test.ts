/** `evaluate` as a user calls it: usage errors, and two prediction CSVs on one page. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../helpers/cli.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

/** Errors of this size times 1, 2 and 3: the MAD is twice the size. */
const csv = (size: number) =>
  [
    "image_ID,pred_bone_age,bone_age",
    ...Array.from({ length: 42 }, (_, i) => {
      const error = size * (1 + (i % 3)) * (i % 2 ? 1 : -1);
      return `${i}.png,${20 + 4 * i + error},${20 + 4 * i}`;
    }),
  ].join("\n");
const files = { "new.csv": csv(3), "old.csv": csv(8) };

test("two CSVs: the report is about the first, and compares the second with it", async () => {
  const cwd = await writeTree(await temporaryFolder(), files);
  const args = ["evaluate", "new.csv", "old.csv", "--out", "report", "--resamples", "100"];
  const { code, stdout } = await runCli(args, { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^MAD, months +6\.00/m);
  const page = await readFile(join(cwd, "report/report.html"), "utf8");
  const has = (text: string) => expect(page.includes(text), text).toBe(true);
  has("new has a smaller MAD than old: by 10.00 months, and the interval leaves out 0.");
  has("deeplasia-native evaluate new.csv old.csv --out report --resamples 100");
});

test.each([
  ["--robustness without a model", ["new.csv", "--robustness"], /no model is given[\s\S]*--ckp_path/],
  [
    "a CSV and a model",
    ["new.csv", "--ckp_path", fixture("models/learns.pt")],
    /predictions and a model are given/,
  ],
  ["neither", [], /neither predictions nor a model are given/],
] as const)("%s: usage, and nothing is written", async (_, args, message) => {
  const cwd = await writeTree(await temporaryFolder(), files);
  const { code, stderr } = await runCli(["evaluate", "--out", "report", ...args], { cwd });
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
  expect((await readdir(cwd)).sort()).toEqual(["new.csv", "old.csv"]);
});
