/** Bad input as a user sees it: the message names the file or row, the exit code is right, the run goes on. */
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageVersion } from "../../src/about.js";
import { type CliResult, csvRows, runCli } from "../helpers/cli.js";
import { canMount, mountTmpfs, resize } from "../helpers/disk.js";
import { cohortArguments, halves, writeCohort } from "../helpers/pictures.js";
import { PNG, png } from "../helpers/png.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const good = fixture("models/mean-plus-sex.pt");

/** No part of a native or JS stack may reach a user. */
function expectPlain({ stderr }: CliResult): void {
  expect(stderr).not.toMatch(/Exception raised from|frame #|\n\s+at .*:\d+|Traceback|c10::|node:internal/);
}

describe("models", () => {
  const cases: [name: string, model: string, code: number, message: RegExp][] = [
    ["no such file", "no-such.pt", 1, /no-such\.pt: .*(no such|cannot open)/],
    [
      "another network's weights",
      fixture("models/state-dict.pth"),
      1,
      /state-dict\.pth holds \d+ tensors of another network/,
    ],
    [
      "without contract",
      fixture("models/no-contract.pt"),
      2,
      /incomplete: no source states inputSize, fit, .*ageUnit/,
    ],
    [
      "that throws",
      fixture("models/throws.pt"),
      1,
      /throws\.pt: the model's forward failed: .*this model refuses every picture/,
    ],
    ["with NaN output", fixture("models/nan-output.pt"), 1, /nan-output\.pt returns NaN or infinity/],
    ["with two values a picture", fixture("models/wrong-shape.pt"), 1, /age output has shape \[2, 2\]/],
    ["that returns a text", fixture("models/not-a-tensor.pt"), 1, /output is a .*not a tensor/],
    ["without forward", fixture("models/no-forward.pt"), 1, /no method 'forward'/],
  ];
  test.each(cases)("%s", async (_name, model, code, message) => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    const result = await runCli(cohortArguments(folder, model), { cwd: folder });
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    expectPlain(result);
    expect(await readdir(folder)).not.toContain("out.csv");
  });

  test("a text, and archives cut short", async () => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    await writeFile(join(folder, "text.pt"), "not a model\n");
    await writeFile(join(folder, "empty.pt"), "");
    const whole = await readFile(good);
    await writeFile(join(folder, "cut.pt"), whole.subarray(0, whole.length / 2));
    for (const [model, message] of [
      ["text.pt", /text\.pt: a text, not a model or checkpoint/],
      ["empty.pt", /empty\.pt: the model file is empty/],
      ["cut.pt", /cut\.pt: the archive is damaged or incomplete/],
    ] as const) {
      const result = await runCli(cohortArguments(folder, join(folder, model)));
      expect(result.stderr).toMatch(message);
      expect(result.code).toBe(1);
      expectPlain(result);
    }
  });

  test("a contract with the wrong channel count", async () => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    const result = await runCli(
      cohortArguments(folder, fixture("models/three-channels.pt"), "--input_size", "1", "32", "32"),
    );
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/three-channels\.pt: .*channels/);
    expect(result.stderr).toContain("deeplasia-native inspect");
    expectPlain(result);
  });
});

describe("CSV files", () => {
  const run = async (content: string | null, model = good) => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    await writeFile(join(folder, "images/a", 'b, "c".png'), await halves(90));
    const csv = join(folder, "cohort.csv");
    if (content !== null) await writeFile(csv, content);
    const args = cohortArguments(folder, model);
    if (content === null) args[args.indexOf(csv)] = join(folder, "none.csv");
    const result = await runCli(args);
    expectPlain(result);
    const read = (name: string) => readFile(join(folder, name), "utf8").catch(() => "");
    return { ...result, out: await read("out.csv"), failures: await read("out.csv.failures.csv") };
  };

  test("that are not there, empty, or lack a column", async () => {
    expect(await run(null)).toMatchObject({ code: 1, stderr: expect.stringContaining("none.csv") });
    expect(await run("")).toMatchObject({ code: 1, stderr: expect.stringMatching(/cohort\.csv.*empty/s) });
    expect(await run("image_ID,dir,sex\n")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cohort.csv"),
    });
    const noSex = await run("image_ID,dir,gender\na.png,a,F\n");
    expect(noSex.code).toBe(1);
    expect(noSex.stderr).toMatch(/cohort\.csv.*sex/s);
  });

  test("with BOM, CRLF, quoted commas and quotes", async () => {
    const content = '\ufeffimage_ID,dir,sex\r\n"a.png",a,F\r\n"b, ""c"".png",a,M\r\n';
    const { code, out } = await run(content);
    expect(code).toBe(0);
    expect(out.split("\n")[2]).toMatch(/^"b, ""c"".png",1\.0,/);
  });

  test("with an unknown sex: the row fails, the others do not", async () => {
    const { code, out, failures } = await run("image_ID,dir,sex\na.png,a,F\na.png,a,diverse\na.png,a,\n");
    expect(code).toBe(3);
    expect(csvRows(out)).toHaveLength(1);
    expect(failures).toMatch(/^2,.*ERR_DEEPLASIA_SEX,.*diverse/m);
    expect(failures).toMatch(/^3,.*ERR_DEEPLASIA_SEX,/m);
  });

  test("with a row twice: both are predicted, with a note", async () => {
    const { code, out, stderr } = await run("image_ID,dir,sex\na.png,a,F\na.png,a,F\n");
    expect(code).toBe(0);
    expect(csvRows(out)).toHaveLength(2);
    expect(stderr).toMatch(/row 2 and row 1: a\/a\.png/);
  });
});

test("bad pictures are named with row, file and reason, and the rest is predicted", async () => {
  const folder = await temporaryFolder();
  const whole = await halves(200, 64);
  // Says 20,000 x 20,000 in its head; the pixels are not there.
  const size = { width: 20_000, height: 20_000 };
  const announced = png({ ...size, bitDepth: 8, colourType: PNG.grey, rows: Buffer.alloc(20_000) });
  await writeCohort(folder, [
    { image: "good.png", bytes: whole },
    { image: "missing.png" },
    { image: "truncated.png", bytes: whole.subarray(0, whole.length - 40) },
    { image: "empty.png", bytes: "" },
    { image: "text.png", bytes: "this is no picture\n" },
    { image: "huge.png", bytes: announced },
    { image: "black.png", bytes: await halves(0) },
    { image: "last.png", bytes: whole },
  ]);
  const result = await runCli(cohortArguments(folder, good, "--batch_size", "3"));
  expect(result.code).toBe(3);
  expectPlain(result);
  expect(csvRows(await readFile(join(folder, "out.csv"), "utf8")).map(({ image_ID }) => image_ID)).toEqual([
    "good.png",
    "last.png",
  ]);
  const failures = csvRows(await readFile(join(folder, "out.csv.failures.csv"), "utf8"));
  expect(failures.map(({ row, code }) => [row, code])).toEqual([
    ["2", "ERR_DEEPLASIA_IMAGE_MISSING"],
    ["3", "ERR_DEEPLASIA_IMAGE_UNREADABLE"],
    ["4", "ERR_DEEPLASIA_IMAGE_UNREADABLE"],
    ["5", "ERR_DEEPLASIA_IMAGE_UNREADABLE"],
    ["6", "ERR_DEEPLASIA_IMAGE_TOO_LARGE"],
    ["7", "ERR_DEEPLASIA_IMAGE_BLANK"],
  ]);
  for (const { file } of failures) expect(file).toContain(join(folder, "images/a"));
});

test("a 1 x 1 picture is predicted or reported, never fatal", async () => {
  const folder = await temporaryFolder();
  await writeCohort(folder, [
    { image: "one.png", bytes: await halves(200, 2).then((bytes) => bytes) },
    { image: "good.png", bytes: await halves(200) },
  ]);
  const { default: sharp } = await import("sharp");
  await sharp(Buffer.of(77), { raw: { width: 1, height: 1, channels: 1 } })
    .png()
    .toFile(join(folder, "images/a/one.png"));
  const { code } = await runCli(cohortArguments(folder, good));
  expect(code).toBe(3); // one pixel is one grey value: blank
  expect(await readFile(join(folder, "out.csv.failures.csv"), "utf8")).toMatch(
    /^1,.*one\.png,ERR_DEEPLASIA_IMAGE_BLANK/m,
  );
});

test("a network that fails or gives NaN for one picture loses that row only", async () => {
  const { default: sharp } = await import("sharp");
  const grey = (value: number) =>
    sharp({ create: { width: 32, height: 32, channels: 3, background: { r: value, g: value, b: value } } })
      .composite([
        { input: Buffer.of(0, 0, 0, 255), raw: { width: 1, height: 1, channels: 4 }, left: 0, top: 0 },
      ])
      .png()
      .toBuffer();
  for (const [model, code] of [
    ["throws-on-bright", "ERR_DEEPLASIA_MODEL_FORWARD"],
    ["nan-on-bright", "ERR_DEEPLASIA_NOT_FINITE"],
  ] as const) {
    const folder = await temporaryFolder();
    const rows = [60, 250, 120, 90].map(async (value, i) => ({
      image: `${i}.png`,
      bytes: await grey(value),
    }));
    await writeCohort(folder, await Promise.all(rows));
    const result = await runCli(cohortArguments(folder, fixture(`models/${model}.pt`)));
    expect(result.code).toBe(3);
    expect(csvRows(await readFile(join(folder, "out.csv"), "utf8")).map(({ row }) => row)).toEqual([
      "1",
      "3",
      "4",
    ]);
    const [failure] = csvRows(await readFile(join(folder, "out.csv.failures.csv"), "utf8"));
    expect(failure).toMatchObject({ row: "2", code });
  }
});

test.each(["--version", "-V"])("%s is the version alone", async (flag) => {
  expect(await runCli([flag])).toMatchObject({ code: 0, stdout: `${packageVersion()}\n`, stderr: "" });
});

describe("outputs", () => {
  test("over the command's own input are refused, and the input is left as it was", async () => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    const csv = join(folder, "cohort.csv");
    const before = await readFile(csv, "utf8");
    for (const args of [
      [...cohortArguments(folder, good).slice(0, -1), csv],
      ["ensemble", csv, "-o", csv],
    ]) {
      const result = await runCli(args);
      expect(result).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("it is also an input"),
      });
      expect(await readFile(csv, "utf8")).toBe(before);
    }
  });

  test("a missing output folder is created", async () => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    const args = cohortArguments(folder, good);
    args[args.length - 1] = join(folder, "none/out.csv");
    expect((await runCli(args)).code).toBe(0);
    expect(csvRows(await readFile(join(folder, "none/out.csv"), "utf8"))).toHaveLength(1);
  });

  test("into a folder without permission", async () => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    await mkdir(join(folder, "closed"));
    await chmod(join(folder, "closed"), 0o555);
    const args = cohortArguments(folder, good);
    args[args.length - 1] = join(folder, "closed/out.csv");
    expect(await runCli(args, { heedsPermissions: true })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("permission denied"),
    });
  });

  test.runIf(canMount)("onto a read-only file system", async () => {
    const folder = await temporaryFolder();
    await writeCohort(folder, [{ image: "a.png", bytes: await halves(90) }]);
    const args = cohortArguments(folder, good);
    args[args.length - 1] = join(await mountTmpfs("ro"), "out.csv");
    expect(await runCli(args)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/disk\/out\.csv.*read-only/s),
    });
  });

  test.runIf(canMount)("onto a disk that gets full, and on when there is room again", async () => {
    const folder = await temporaryFolder();
    const disk = await mountTmpfs("size=16k");
    const bytes = await halves(90);
    const rows = Array.from({ length: 600 }, (_, i) => ({ image: `${i}.png`, bytes }));
    await writeCohort(folder, rows);
    await runCli(cohortArguments(folder, good, "--progress", "none"));
    const args = cohortArguments(folder, good, "--progress", "none", "--resume");
    args[args.indexOf(join(folder, "out.csv"))] = join(disk, "out.csv");
    const result = await runCli(args);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/disk\/out\.csv.*full/s);
    expectPlain(result);
    expect(await readdir(disk)).not.toContain("out.csv");
    resize(disk, "1m");
    expect(await runCli(args)).toMatchObject({ code: 0 });
    const read = (place: string) => readFile(join(place, "out.csv"), "utf8");
    expect(await read(disk)).toBe(await read(folder));
  });
});
