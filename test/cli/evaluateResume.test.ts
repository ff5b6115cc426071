/** An evaluation that is killed, and resumed, against one that nothing has disturbed. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../helpers/cli.js";
import { halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const ROWS = 48;

/** A cohort with a split, in a folder that holds nothing else. */
async function site(): Promise<string> {
  const folder = await temporaryFolder();
  const pictures = await Promise.all(Array.from({ length: 12 }, (_, i) => halves(60 + 15 * i)));
  const rows = Array.from({ length: ROWS }, (_, i) => ({
    image: `${i}.png`,
    sex: i % 3 === 0 ? "M" : "F",
    age: String(60 + 4 * (i % 12)),
    // Rows without a picture fail, and are resumed as well.
    ...(i % 17 === 5 ? {} : { bytes: pictures[i % 12]! }),
  }));
  await writeCohort(folder, rows);
  const parts = rows.map((_, i) => `${i},a,${["train", "val", "test"][i % 3]}`);
  await writeFile(join(folder, "splits.csv"), ["patient_ID,dir,s", ...parts, ""].join("\n"));
  return folder;
}

/** Relative paths: a report names its files. */
const ARGUMENTS = [
  ...["evaluate", "--ckp_path", fixture("models/mean-plus-sex.pt"), "--annotation_csv", "cohort.csv"],
  ...["--img_dir", "images", "--split_csv", "splits.csv", "--split_column", "s", "--calibrate", "val"],
  ...["--out", "report", "--batch_size", "2", "--resamples", "100", "--no_test_tta_rot"],
];

/** The bytes of all files, but for the provenance: that has the time and the process. */
async function filesOf(folder: string): Promise<Map<string, string>> {
  const names = await readdir(join(folder, "report"), { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile() && !entry.name.endsWith(".provenance.json"));
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  const texts = await Promise.all(paths.map((path) => readFile(path, "latin1")));
  return new Map(paths.map((path, i) => [path.slice(folder.length), texts[i]!.replaceAll(folder, "")]));
}

test("killed with -9 while it predicts and while it reports: the same bytes as undisturbed", async () => {
  const [whole, broken] = [await site(), await site()];
  expect(await runCli(ARGUMENTS, { cwd: whole })).toMatchObject({ code: 3 });
  const expected = await filesOf(whole);
  expect([...expected.keys()]).toContain("/report/report.html");
  const killedWhere = async (text: RegExp) => {
    const { signal } = await runCli([...ARGUMENTS, "--resume"], {
      cwd: broken,
      onStderr: (stderr, kill) => text.test(stderr) && kill("SIGKILL"),
    });
    expect(signal).toBe("SIGKILL");
  };
  await killedWhere(/predicting test/);
  // The table is printed when all is predicted, before the report.
  await killedWhere(/MAD_reg_tta/);
  expect(await readdir(join(broken, "report"))).not.toContain("report.html");
  expect(await runCli([...ARGUMENTS, "--resume"], { cwd: broken })).toMatchObject({ code: 3 });
  const found = await filesOf(broken);
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [name, bytes] of expected) expect(found.get(name) === bytes, name).toBe(true);
});
