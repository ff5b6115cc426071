import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { PUBLISHED_STEMS } from "../../src/contract/published.js";
import { csvRows, runCli } from "../helpers/cli.js";
import { modelFile } from "../helpers/model.js";
import { cohortArguments, halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

/** On halves of any value: 140 (160 for boys), 150, and 140 (160) months. */
const THREE = ["mean-plus-sex", "months-output", "tuple-age-sex"].map(modelFile);

async function threeRows(): Promise<string> {
  const folder = await temporaryFolder();
  const bytes = await halves(200);
  await writeCohort(folder, [
    { image: "girl.png", bytes, sex: "F", age: "150" },
    { image: "none.png", sex: "F" },
    { image: "boy.png", bytes, sex: "M", age: "" },
  ]);
  return folder;
}

describe("predict with several models", () => {
  test("has the reference's ensemble columns first, then ours", async () => {
    const folder = await threeRows();
    const { code, stderr } = await runCli(cohortArguments(folder, THREE));
    expect(code).toBe(3);
    for (const model of THREE) expect(stderr).toContain(`${model} on cpu`);
    expect(stderr).toMatch(
      /deviation 6\.67 months on 1 row.*\n {2}mean-plus-sex: 10\.00 months\n {2}months-output: 0\.00/,
    );
    expect(await readFile(join(folder, "out.csv"), "utf8")).toMatch(
      new RegExp(
        "^image_ID,mean-plus-sex,months-output,tuple-age-sex,ensemble_bone_age,gt_bone_age," +
          "ensemble_sd,sex,sex_hat,row,dir,patient_ID\n" +
          "girl.png,140.0,150.0,140.0,143.33333,150.0,5.7735\\d*,0.0,0.11920\\d*,1,a,0\n" +
          "boy.png,160.0,150.0,160.0,156.66667,,5.7735\\d*,1.0,0.88079\\d*,3,a,2\n$",
      ),
    );
    expect(await readFile(join(folder, "out.csv.failures.csv"), "utf8")).toMatch(
      /\n2,.*none\.png,ERR_.*_MISSING,/,
    );
  });

  test("writes JSON lines with the same values", async () => {
    const folder = await threeRows();
    const { stdout } = await runCli(cohortArguments(folder, THREE, "-o", "-", "--format", "jsonl"));
    const [girl] = stdout.split("\n").map((line) => line && JSON.parse(line));
    expect(girl).toMatchObject({ imageId: "girl.png", boneAgeMonths: 150, sex: "F", row: 1, dir: "a" });
    expect(girl.members).toEqual([
      { name: "mean-plus-sex", ageMonths: 140 },
      { name: "months-output", ageMonths: 150 },
      { name: "tuple-age-sex", ageMonths: 140 },
    ]);
    expect(girl.ageMonths).toBeCloseTo(143.33333, 4);
  });

  test("prints a line a picture for a person, with the spread", async () => {
    const file = join(await temporaryFolder(), "hand.png");
    await writeFile(file, await halves(200));
    const line = "hand.png\tM\t13 years 1 month\t156.7 ± 5.8 months\n";
    const before = await runCli(["predict", file, "--sex", "M", "--ckp_path", ...THREE]);
    expect(before).toMatchObject({ code: 0, stdout: line });
    const after = await runCli(["predict", "--sex", "M", "--ckp_path", ...THREE, "--", file]);
    expect(after).toMatchObject({ code: 0, stdout: line });
    // A flag that is given again replaces what was given before.
    const repeated = ["-m", THREE[0]!, "-m", ...THREE];
    expect(await runCli(["predict", "--sex", "M", ...repeated, "--", file])).toMatchObject({ stdout: line });
  });

  test("reports a picture or a folder among the values of --ckp_path, with the remedy", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "hand.png");
    await writeFile(file, await halves(200));
    for (const [swallowed, what] of [
      [file, "a picture"],
      [folder, "a folder"],
    ] as const) {
      const { code, stderr } = await runCli(["predict", "--sex", "M", "--ckp_path", THREE[0]!, swallowed]);
      expect(code).toBe(2);
      expect(stderr).toContain(`${swallowed} is ${what}`);
      expect(stderr).toMatch(/pictures before the flags.*after --/);
    }
    // With = a flag has one value, and what follows is a picture.
    expect(await runCli(["predict", "--sex", "M", `--ckp_path=${THREE[0]}`, file])).toMatchObject({
      code: 0,
    });
  });

  test("refuses two members of one name before it loads any", async () => {
    const folder = await threeRows();
    const { code, stderr } = await runCli(
      cohortArguments(folder, ["left=elsewhere/a.ckpt", "left=elsewhere/b.ckpt"]),
    );
    expect(code).toBe(2);
    expect(stderr).toContain('two members are named "left"');
  });

  test("writes each member's CSV with --member-csvs, and `ensemble` makes the same ensemble of them", async () => {
    const folder = await threeRows();
    const members = join(folder, "members");
    await mkdir(members);
    await runCli(cohortArguments(folder, THREE, "--member-csvs", members));
    expect((await readdir(members)).filter((name) => !name.endsWith(".failures.csv"))).toEqual([
      "mean-plus-sex.csv",
      "months-output.csv",
      "tuple-age-sex.csv",
    ]);
    const single = cohortArguments(folder, THREE[2]!, "-o", join(folder, "single.csv"));
    await runCli(single);
    expect(await readFile(join(members, "tuple-age-sex.csv"), "utf8")).toBe(
      await readFile(join(folder, "single.csv"), "utf8"),
    );
    const files = (await readdir(members)).map((name) => join(members, name));
    const combined = await runCli(["ensemble", ...files]);
    expect(combined.code).toBe(0);
    expect(combined.stdout).toBe(await readFile(join(folder, "out.csv"), "utf8"));
  });

  test("takes the published members from a folder, and names those that are missing", async () => {
    const folder = await threeRows();
    const models = join(folder, "models");
    await mkdir(models);
    for (const [i, stem] of PUBLISHED_STEMS.entries()) {
      const missing = await runCli(cohortArguments(folder, models, "--members", "published"));
      expect(missing.code).toBe(2);
      for (const other of PUBLISHED_STEMS.slice(i)) expect(missing.stderr).toContain(other);
      await copyFile(THREE[i]!, join(models, `${stem}.pt`));
    }
    await copyFile(modelFile("mean-plus-sex.json"), join(models, `${PUBLISHED_STEMS[0]}.json`));
    expect((await runCli(cohortArguments(folder, models, "--members", "published"))).code).toBe(3);
    const [row] = csvRows(await readFile(join(folder, "out.csv"), "utf8"));
    expect(Object.keys(row!).slice(0, 5)).toEqual(["image_ID", ...PUBLISHED_STEMS, "ensemble_bone_age"]);
  });
});

describe("--predict-sex", () => {
  const sex = ["--predict-sex", modelFile("tells-sex")];

  test("prints the sex of a picture, and that it was predicted", async () => {
    const file = join(await temporaryFolder(), "hand.png");
    await writeFile(file, await halves(200));
    const args = ["predict", file, "--ckp_path", THREE[0]!];
    const predicted = await runCli([...args, ...sex]);
    // interval: halves of any value are 0.5 to mean-plus-sex; to tells-sex, which sees grey / 255, 0.39: a boy.
    expect(predicted).toMatchObject({
      code: 0,
      stdout: "hand.png\tM (predicted)\t13 years 4 months\t160.0 months\n",
    });
    const given = await runCli([...args, ...sex, "--sex", "F"]);
    expect(given.stdout).toBe("hand.png\tF\t11 years 8 months\t140.0 months\n");
    const without = await runCli(args);
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining("--predict-sex") });
  });

  test("marks the rows of a cohort, and counts them", async () => {
    const folder = await temporaryFolder();
    const bytes = await halves(200);
    await writeCohort(folder, [
      { image: "open.png", bytes, sex: "" },
      { image: "told.png", bytes, sex: "F" },
    ]);
    const { code, stderr } = await runCli(cohortArguments(folder, THREE[0]!, ...sex));
    expect(code).toBe(0);
    expect(stderr).toContain("the sex was predicted in 1 row");
    const rows = csvRows(await readFile(join(folder, "out.csv"), "utf8"));
    expect(rows.map((row) => [row.sex, row.sex_predicted, row.pred_bone_age])).toEqual([
      ["1.0", "True", "160.0"],
      ["0.0", "False", "140.0"],
    ]);
  });

  test("gets pictures cropped as for the other models if flags set the crop", async () => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90), sex: "" }]);
    // The lower right quarter: cut out, it is brighter than the whole picture.
    const quarter = { create: { width: 20, height: 20, channels: 3, background: "white" } } as const;
    const mask = sharp({ create: { width: 40, height: 40, channels: 3, background: "black" } })
      .composite([{ input: await sharp(quarter).png().toBuffer(), left: 20, top: 20 }])
      .png();
    await writeTree(folder, { "masks/a/a.png": await mask.toBuffer() });
    const masks = ["--mask_dirs", join(folder, "masks"), ...sex];
    const sexes = [];
    for (const crop of ["-1", "1"]) {
      await runCli(cohortArguments(folder, modelFile("nan-on-bright"), ...masks, "--mask_crop_size", crop));
      sexes.push(csvRows(await readFile(join(folder, "out.csv"), "utf8"))[0]?.sex);
    }
    expect(sexes).toEqual(["0.0", "1.0"]);
  });

  test("needs a model that looks at the picture alone", async () => {
    const folder = await threeRows();
    const dependent = await runCli(cohortArguments(folder, THREE[0]!, "--predict-sex", THREE[2]!));
    expect(dependent).toMatchObject({ code: 2, stderr: expect.stringMatching(/depends on the sex/) });
    const headless = await runCli(cohortArguments(folder, THREE[0]!, "--predict-sex", THREE[1]!));
    expect(headless).toMatchObject({ code: 2, stderr: expect.stringMatching(/no sex head/) });
  });
});

describe("ensemble", () => {
  const files = ["wide", "deep", "old"].map((name) => fixture(`ensemble/${name}.csv`));
  const truth = ["--annotation_csv", fixture("ensemble/annotations.csv")];

  test("writes the ensemble and the failed rows, and prints the deviations", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "out.csv");
    const { code, stdout, stderr } = await runCli(["ensemble", ...files, ...truth, "-o", out]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain("2 of 5 rows combined of 3 members");
    expect(stderr).toMatch(
      /deviation 2\.51 months on 1 row.*\n {2}wide: 3\.20 months\n {2}deep: 7\.32 months/,
    );
    expect(csvRows(await readFile(out, "utf8"))).toHaveLength(2);
    expect(await readFile(`${out}.failures.csv`, "utf8")).toBe(
      "row,file,code,message\n" +
        "2,b.png,ERR_DEEPLASIA_ROW,no prediction of deep\n" +
        '4,d.png,ERR_DEEPLASIA_ROW,"no prediction of deep, old"\n' +
        "5,e.png,ERR_DEEPLASIA_ROW,no prediction of wide\n",
    );
    expect(await runCli(["ensemble", ...files, ...truth, "-o", out, "--allow-missing"])).toMatchObject({
      code: 0,
    });
    expect(csvRows(await readFile(out, "utf8")).map(({ members }) => members)).toEqual([
      "3",
      "2",
      "3",
      "1",
      "2",
    ]);
    expect(await readdir(folder)).toEqual(["out.csv"]);
  });

  test("leaves out ensembles and lists of failures, with a note", async () => {
    const folder = await temporaryFolder();
    const good = "image_ID,pred_bone_age\nh.png,100\n";
    await writeTree(folder, {
      "a.csv": good,
      "b.csv": good,
      "old_ensemble.csv": "?",
      "a.csv.failures.csv": "?",
    });
    const all = (await readdir(folder)).map((name) => join(folder, name));
    const { code, stdout, stderr } = await runCli(["ensemble", ...all]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      "image_ID,a,b,ensemble_bone_age,gt_bone_age,ensemble_sd\nh.png,100.0,100.0,100.0,,0.0\n",
    );
    expect(stderr).toMatch(/left out.*a\.csv\.failures\.csv.*old_ensemble\.csv/);
    const none = await runCli(["ensemble", join(folder, "old_ensemble.csv")]);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("no predictions of members") });
  });

  test("takes the published members' CSVs from a folder in the notebook's order", async () => {
    const folder = await temporaryFolder();
    for (const [i, stem] of PUBLISHED_STEMS.entries()) await symlink(files[i]!, join(folder, `${stem}.csv`));
    const { stdout } = await runCli(["ensemble", folder, "--members", "published"]);
    expect(stdout.split("\n")[0]).toContain(`image_ID,${PUBLISHED_STEMS.join()},ensemble_bone_age`);
    const missing = await runCli(["ensemble", await temporaryFolder(), "--members", "published"]);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining(`${PUBLISHED_STEMS[2]}`) });
  });

  test("names the fault of each place and file", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    const out = await runCli(["ensemble", ...files, "-o", join(folder, "file/out.csv")]);
    expect(out).toMatchObject({ code: 1, stderr: expect.stringMatching(/file is there and is no folder/) });
    const file = await runCli(["ensemble", files[0]!, join(folder, "none.csv")]);
    expect(file).toMatchObject({ code: 1, stderr: expect.stringMatching(/none\.csv: no such file/) });
    expect(await readdir(folder)).toEqual(["file"]);
  });
});
