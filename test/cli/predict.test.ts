import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvRows, runCli } from "../helpers/cli.js";
import { variant } from "../helpers/loadedModels.js";
import { cohortArguments, halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { describeWithTestData, fixture, testData } from "../helpers/testData.js";

const model = fixture("models/mean-plus-sex.pt");
const sidecar = fixture("models/mean-plus-sex.json");

/** mean-plus-sex.pt on a picture that is half black, half white after `interval`: z = 0.5 (+ 0.5 for boys). */
const GIRL = 120 + 40 * 0.5;
const BOY = 120 + 40 * 1;

describe("a cohort", () => {
  test("has the reference's columns first, then ours, in input order", async () => {
    const folder = await temporaryFolder();
    const bytes = await halves(200);
    await writeCohort(folder, [
      { image: "b.png", bytes, sex: "M", age: "150" },
      { image: "a.png", bytes, sex: "F", age: "" },
    ]);
    const { code, stdout, stderr } = await runCli(cohortArguments(folder, model));
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain("Not a medical device");
    expect(stderr).toContain(`mean absolute deviation ${(BOY - 150).toFixed(2)} months on 1 row`);
    expect(await readFile(join(folder, "out.csv"), "utf8")).toBe(
      "image_ID,sex,y_hat,pred_bone_age,row,dir,patient_ID,bone_age\n" +
        `b.png,1.0,1.0,${BOY}.0,1,a,0,150.0\n` +
        `a.png,0.0,0.5,${GIRL}.0,2,a,1,\n`,
    );
    expect((await readdir(folder)).sort()).toEqual([
      "cohort.csv",
      "images",
      "out.csv",
      "out.csv.provenance.json",
    ]);
  });

  test("ends with status 3 and the first path if no row was predicted", async () => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    await mkdir(join(folder, "masks"));
    const args = cohortArguments(folder, model, "--mask_dirs", join(folder, "masks"));
    const { code, stderr } = await runCli(args);
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/nothing was predicted of 1 row; the first, row 1: .*a\/a\.png/),
    });
    const pictures = [join(folder, "images"), "--sex", "F", "--ckp_path", model];
    expect(await runCli(["predict", ...pictures, "--mask_dirs", join(folder, "masks")])).toMatchObject({
      code: 3,
    });
  });

  test("warns once if flags override the model's own contract, and records it beside the output", async () => {
    const folder = await temporaryFolder();
    const masked = await variant(model, "hand", {
      ...JSON.parse(await readFile(sidecar, "utf8")),
      maskNeeded: true,
    });
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    const flags = ["--mask-needed=false", "--age-mean-months=100"];
    const { code, stderr } = await runCli(cohortArguments(folder, masked, ...flags));
    expect(code).toBe(0);
    expect(stderr).toMatch(/hand\.pt: used against its own contract: without masks \(options\)/);
    expect(stderr).toMatch(/ageMeanMonths is 100 \(options\), the model states \d/);
    const text = await readFile(join(folder, "out.csv.provenance.json"), "utf8");
    expect(JSON.parse(text).models[0].overridden).toMatchObject([
      { field: "maskNeeded", own: true, value: false, origin: "options" },
      { field: "ageMeanMonths", value: 100, origin: "options" },
    ]);
    const one = await runCli(["predict", join(folder, "images"), "--sex=F", "--ckp_path", masked, ...flags]);
    expect(one.stdout).toContain("against the model's contract");
    const asItIs = await runCli(cohortArguments(folder, model, "--resume"));
    expect(asItIs.stderr).not.toContain("its own contract");
  });

  test("gives sex_hat for a model with a sex head", async () => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90), sex: "M" }]);
    await runCli(cohortArguments(folder, fixture("models/tuple-age-sex.pt")));
    const [row] = csvRows(await readFile(join(folder, "out.csv"), "utf8"));
    expect(Object.keys(row!).slice(0, 5)).toEqual(["image_ID", "sex", "y_hat", "sex_hat", "pred_bone_age"]);
    // The head's logit is 4 * male - 2.
    expect(Number(row!.sex_hat)).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
  });

  test("puts data, and nothing else, on stdout with -", async () => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    const args = cohortArguments(folder, model).filter((argument) => !/output_path|out\.csv/.test(argument));
    const csv = await runCli([...args, "-o", "-"]);
    expect(csv.stdout.split("\n")).toHaveLength(3);
    const jsonl = await runCli([...args, "-o", "-", "--format=jsonl", "--progress=json"]);
    expect(JSON.parse(jsonl.stdout)).toMatchObject({
      imageId: "a.png",
      dir: "a",
      sex: "F",
      ageZ: 0.5,
      ageMonths: GIRL,
    });
    const events = jsonl.stderr.split("\n").filter((line) => line.startsWith("{"));
    expect(JSON.parse(events.at(-1)!)).toMatchObject({ done: 1, total: 1, failed: 0 });
  });

  test("takes flags with - and _, = and space, and warns of those without effect", async () => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    const args = [
      "predict",
      `--ckp-path=${model}`,
      `--annotation-csv=${folder}/cohort.csv`,
      `--img-dir=${folder}/images`,
    ];
    const dead = ["--max_epochs", "3", "--legacy-ckp", "--backbone=x", "--gpus", "0", "--mask_dirs", ""];
    dead.push("--split_name=val");
    const { code, stdout, stderr } = await runCli([...args, ...dead, "--output_path", "-"]);
    expect(code).toBe(0);
    expect(csvRows(stdout)).toHaveLength(1);
    for (const flag of ["max_epochs", "legacy_ckp", "backbone", "split_name"])
      expect(stderr).toContain(`--${flag} has no effect`);
    expect(stderr).toContain("on cpu (asked for)");
  });

  test("mirrors with --flip, and takes only some batches with --limit_predict_batches", async () => {
    const folder = await temporaryFolder();
    const bytes = await halves(200);
    await writeCohort(
      folder,
      Array.from({ length: 5 }, (_, i) => ({ image: `${i}.png`, bytes })),
    );
    const run = async (...flags: string[]) => {
      await runCli(cohortArguments(folder, model, ...flags));
      return csvRows(await readFile(join(folder, "out.csv"), "utf8"));
    };
    expect(await run("--flip", "--batch_size", "2")).toHaveLength(5);
    expect(await run("--limit_predict_batches", "1", "--batch_size=2")).toHaveLength(2);
    expect(await run("--limit_predict_batches", "0.4", "--batch_size=1")).toHaveLength(2);
    expect(await runCli(cohortArguments(folder, model, "--limit_predict_batches=0.01"))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--limit_predict_batches 0.01 leaves no whole batch"),
    });
  });
});

test("a device that runs out of memory is given smaller batches, with one warning", async () => {
  const folder = await temporaryFolder();
  const bytes = await halves(200);
  await writeCohort(
    folder,
    Array.from({ length: 40 }, (_, i) => ({ image: `${i}.png`, bytes })),
  );
  const { code, stderr } = await runCli(cohortArguments(folder, fixture("models/fits-four.pt")));
  expect(code).toBe(0);
  expect(stderr.match(/out of memory/g)).toHaveLength(1);
  const rows = csvRows(await readFile(join(folder, "out.csv"), "utf8"));
  expect(rows.map(({ pred_bone_age }) => Number(pred_bone_age))).toEqual(Array(40).fill(GIRL));
});

describe("pictures as files", () => {
  test("are printed for a person, in years and months", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "hand.png");
    await writeFile(file, await halves(200));
    const { code, stdout } = await runCli(["predict", file, "--ckp_path", model, "--sex", "F"]);
    expect(code).toBe(0);
    expect(stdout).toBe(`hand.png\tF\t11 years 8 months\t${GIRL.toFixed(1)} months\n`);
  });

  test("come from folders and globs, with the sex from a CSV", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "pictures"));
    for (const name of ["b.png", "a.png"]) await writeFile(join(folder, "pictures", name), await halves(200));
    await writeFile(join(folder, "sex.csv"), "image_ID,sex\nb.png,M\na.png,F\n");
    const sex = ["--ckp_path", model, "--sex-from", join(folder, "sex.csv"), "--format", "csv"];
    const ofFolder = await runCli(["predict", join(folder, "pictures"), ...sex]);
    expect(csvRows(ofFolder.stdout).map((row) => [row.image_ID, Number(row.pred_bone_age)])).toEqual([
      ["a.png", GIRL],
      ["b.png", BOY],
    ]);
    const ofGlob = await runCli(["predict", join(folder, "pictures/*.png"), ...sex]);
    expect(ofGlob.stdout).toBe(ofFolder.stdout);
  });

  test("need a sex for a model with a sex input", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "hand.png");
    await writeFile(file, await halves(200));
    const { code, stderr } = await runCli(["predict", file, "--ckp_path", model]);
    expect(code).toBe(2);
    expect(stderr).toContain("--sex F");
    const without = await runCli(["predict", file, "--ckp_path", fixture("models/one-input.pt")]);
    expect(without.code).toBe(0);
  });
});

describeWithTestData(
  "the film model on real radiographs",
  ["models/rsna-film-cnn.pt", "radiographs/annotations.csv"],
  () => {
    const expected = csvRows(readFileSync(testData("models/rsna-film-cnn.expected.csv"), "utf8"));

    test.each(["linear", "area"])("months with resize %s", async (resize) => {
      const { code, stdout } = await runCli([
        ...["predict", "--ckp_path", testData("models/rsna-film-cnn.pt"), "-o", "-"],
        ...["--manifest", fixture(`manifests/rsna-film-cnn-${resize}.json`)],
        ...[
          "--annotation_csv",
          testData("radiographs/annotations.csv"),
          "--img_dir",
          testData("radiographs/images"),
        ],
        ...["--mask_dirs", testData("radiographs/masks")],
      ]);
      expect(code).toBe(0);
      const rows = csvRows(stdout);
      expect(rows.map(({ dir, image_ID }) => `${dir}/${image_ID}`)).toEqual(
        expected.map(({ dir, image_ID }) => `${dir}/${image_ID}`),
      );
      for (const [i, row] of rows.entries()) {
        expect(Math.abs(Number(row.pred_bone_age) - Number(expected[i]![`months_${resize}`]))).toBeLessThan(
          0.05,
        );
      }
    });

    test("makes the masks that the model needs, and says so", async () => {
      const { code, stderr } = await runCli([
        ...[
          "predict",
          testData("radiographs/images/atlas/boy-16m.png"),
          "--sex",
          "M",
          "--ckp_path",
          testData("models/rsna-film-cnn.pt"),
        ],
        ...["--manifest", fixture("manifests/rsna-film-cnn-area.json")],
      ]);
      expect(code).toBe(0);
      expect(stderr).toMatch(/needs masks: the bundled phantom-hand-mask\.pt makes them.*--mask_dirs/);
    });
  },
);
