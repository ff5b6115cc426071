import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvRows, runCli } from "../helpers/cli.js";
import { dhaDownload, RSNA_TRUTH, rsnaDownload } from "../helpers/publicSets.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";

const text = (...path: string[]) => readFile(join(...path), "utf8");

describe("from a download to a checked cohort", () => {
  test("import rsna, split, check", async () => {
    const folder = await rsnaDownload({ "test truth.csv": RSNA_TRUTH, "1400.png": "late" });
    const file = (name: string) => join(folder, name);
    const imported = await runCli([
      "cohort",
      "import",
      "rsna",
      folder,
      "--out",
      file("cohort.csv"),
      "--splits",
      file("original.csv"),
      "--exclude",
      "1435",
    ]);
    expect(imported).toMatchObject({ code: 0, stderr: "" });
    expect(imported.stdout).toMatch(/cohort\.csv: 7 rows \(3 F, 4 M\)/);
    expect(imported.stdout).toMatch(/left out: 1: excluded: 1435/);
    const rows = csvRows(await text(folder, "cohort.csv"));
    expect(rows.find(({ patient_ID }) => patient_ID === "4360")).toEqual({
      image_ID: "4360.png",
      dir: "boneage-test-dataset/boneage-test-dataset",
      patient_ID: "4360",
      sex: "M",
      bone_age: "168.93",
    });
    expect(csvRows(await text(folder, "original.csv")).map(({ rsna_original }) => rsna_original)).toEqual([
      ...["train", "train", "train", "val", "val", "test", "test"],
    ]);

    const split = [
      "cohort",
      "split",
      file("cohort.csv"),
      "--val",
      "0.3",
      "--test",
      "0.3",
      "--scheme",
      "mine",
    ];
    const first = await runCli([...split, "--out", file("splits.csv"), "--json"]);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout).schemes.mine.train.patients).toBeGreaterThan(0);
    await runCli([...split, "--out", file("again.csv")]);
    expect(await text(folder, "again.csv")).toBe(await text(folder, "splits.csv"));

    const check = [
      "cohort",
      "check",
      file("cohort.csv"),
      "--img_dir",
      folder,
      "--split_csv",
      file("splits.csv"),
    ];
    const good = await runCli([...check, "--progress", "none"]);
    expect(good).toMatchObject({
      code: 0,
      stdout: `${file("cohort.csv")}: 7 rows, 7 pictures: no problems found\n`,
    });
    await writeTree(folder, { "boneage-validation-dataset/1386.png": "a" });
    const bad = await runCli([...check, "--json"]);
    expect(bad.code).toBe(3);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      rows: 7,
      pictures: 7,
      findings: [{ kind: "same-content", row: 4 }],
    });
    const listed = await runCli(check);
    expect(listed.stdout).toMatch(
      /^1 picture has the same content as another\n {2}row 4: .*1386\.png, the same as row 1/m,
    );
  });
});

describe("import", () => {
  test("ends with exit code 3 and names the rows if some cannot be used", async () => {
    const folder = await dhaDownload();
    const { code, stdout } = await runCli([
      "cohort",
      "import",
      "dha",
      folder,
      "-o",
      join(folder, "out.csv"),
      "--json",
    ]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 4, leftOut: [{ count: 2 }] });
    expect(csvRows(await text(folder, "out.csv"))[0]).toMatchObject({
      sex: "F",
      bone_age: "60",
      descent: "Asian",
    });
  });

  test("writes nothing if no row can be used", async () => {
    const folder = await writeTree(await temporaryFolder(), { "t.csv": "i,s\na,O\n" });
    const out = join(folder, "out.csv");
    const run = await runCli([
      "cohort",
      "import",
      "generic",
      join(folder, "t.csv"),
      "--map",
      "image=i,sex=s",
      "--out",
      out,
    ]);
    expect(run.code).toBe(2);
    expect(run.stdout).toMatch(/left out: 1: the sex cannot be read: a "O"/);
    expect(run.stderr).toMatch(/no row can be used: nothing is written/);
    expect(existsSync(out)).toBe(false);
  });

  test("does not overwrite a file unless asked to, and names missing options", async () => {
    const folder = await writeTree(await temporaryFolder(), { "t.csv": "i\na.png\n", "out.csv": "old" });
    const args = ["cohort", "import", "generic", join(folder, "t.csv"), "--map", "image=i"];
    const refused = await runCli([...args, "--out", join(folder, "out.csv")]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/exists already/) });
    expect(await text(folder, "out.csv")).toBe("old");
    expect((await runCli([...args, "--out", join(folder, "out.csv"), "--overwrite"])).code).toBe(0);
    expect(await text(folder, "out.csv")).toBe("image_ID,dir,patient_ID,sex,bone_age\na.png,,a,,\n");
    expect(await runCli(args)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--out <file>.*not specified/),
    });
  });
});
