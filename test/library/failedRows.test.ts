/** Rows that fail: run again and only those, all of them, and a folder of pictures that goes away meanwhile. */
import { renameSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writePredictions } from "../../src/index.js";
import { withModels } from "../helpers/loadedModels.js";
import { modelFile } from "../helpers/model.js";
import { halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";

const model = modelFile("mean-plus-sex");
const other = modelFile("months-output");

/** Pictures of several grey values, some of them missing; the same as masks. */
async function cohort(rows: number, missing: (i: number) => boolean = () => false) {
  const folder = await temporaryFolder();
  const bytes = await Promise.all([60, 120, 180].map((value) => halves(value, 40)));
  const all = Array.from({ length: rows }, (_, i) => ({ image: `${i}.png`, bytes: bytes[i % 3]! }));
  await writeCohort(folder, all);
  for (const [i, { image }] of all.entries())
    if (missing(i)) await rename(join(folder, "images/a", image), join(folder, image));
  const paths = { annotationCsv: join(folder, "cohort.csv"), imgDir: join(folder, "images") };
  return { folder, options: { ...paths, batchSize: 4, outputPath: join(folder, "out.csv") } };
}

const text = (file: string) => readFile(file, "utf8");
const provenance = async (file: string) => JSON.parse(await text(`${file}.provenance.json`));

test("a finished output: the rows that failed are run again, those that were predicted are kept", () =>
  withModels([model], async (loaded) => {
    const { folder, options } = await cohort(30, (i) => i === 5 || i === 21 || i === 22);
    const { outputPath } = options;
    await writePredictions(loaded!, options);
    expect(await text(`${outputPath}.failures.csv`)).toContain("\n23,");
    // Row 6 comes back; pictures that were read before are gone, of the same batch and of another one.
    await rename(join(folder, "5.png"), join(folder, "images/a/5.png"));
    await rm(join(folder, "images/a/6.png"));
    await rm(join(folder, "images/a/29.png"));
    const some = await writePredictions(loaded!, { ...options, resume: true });
    expect(some).toMatchObject({ rows: 30, predicted: 28, failed: 2, finished: true });
    for (const i of [21, 22]) await rename(join(folder, `${i}.png`), join(folder, `images/a/${i}.png`));
    expect(await writePredictions(loaded!, { ...options, resume: true })).toMatchObject({ predicted: 30 });
    expect((await readdir(folder)).filter((name) => name.startsWith("out.csv"))).toEqual([
      "out.csv",
      "out.csv.provenance.json",
    ]);
    const undisturbed = await cohort(30);
    await writePredictions(loaded!, undisturbed.options);
    expect(await text(outputPath)).toBe(await text(undisturbed.options.outputPath));
    // Nothing is left to do: nothing is touched.
    const { mtimeMs } = await stat(outputPath);
    const events: unknown[] = [];
    const onProgress = (event: unknown) => void events.push(event);
    expect(await writePredictions(loaded!, { ...options, resume: true, onProgress })).toMatchObject({
      resumedRows: 30,
      finished: true,
    });
    expect([(await stat(outputPath)).mtimeMs, events]).toEqual([mtimeMs, []]);
  }));

test("an ensemble with its members' files is retried as a whole", () =>
  withModels([model, other], async (...loaded) => {
    const { folder, options } = await cohort(10, (i) => i === 7);
    const memberCsvs = join(folder, "members");
    await writePredictions(loaded, { ...options, memberCsvs });
    await rename(join(folder, "7.png"), join(folder, "images/a/7.png"));
    await writePredictions(loaded, { ...options, memberCsvs, resume: true });
    const undisturbed = await cohort(10);
    const names = ["mean-plus-sex.csv", "months-output.csv"];
    const members = join(undisturbed.folder, "members");
    await writePredictions(loaded, { ...undisturbed.options, memberCsvs: members });
    expect(await text(options.outputPath)).toBe(await text(undisturbed.options.outputPath));
    for (const name of names)
      expect(await text(join(memberCsvs, name))).toBe(await text(join(members, name)));
    expect((await readdir(memberCsvs)).sort()).toEqual(names);
  }));

test("another run, or an output that was changed since, is not resumed", () =>
  withModels([model], async (loaded) => {
    const { folder, options } = await cohort(6, (i) => i === 2);
    await writePredictions(loaded!, options);
    await rename(join(folder, "2.png"), join(folder, "images/a/2.png"));
    await rm(join(folder, "images/a/0.png"));
    const flipped = await writePredictions(loaded!, { ...options, flip: true, resume: true });
    expect(flipped).toMatchObject({ predicted: 5, resumedRows: 0 });
    const warnings: string[] = [];
    const logger = { info() {}, error() {}, warn: (line: string) => void warnings.push(line) };
    const lines = (await text(options.outputPath)).split("\n");
    await writeFile(options.outputPath, lines.toSpliced(2, 1).join("\n"));
    await writePredictions(loaded!, { ...options, flip: true, resume: true, logger });
    expect(warnings.join()).toMatch(/predicted again, as .*out\.csv was changed since: row 4 .* where row 3/);
  }));

test.each(["images", "masks"])(
  "%s that vanish during a run stop it, and resuming ends with the same bytes",
  (vanishing) =>
    withModels([model], async (loaded) => {
      const { folder, options } = await cohort(200);
      await mkdir(join(folder, "masks"));
      await cp(options.imgDir, join(folder, "masks"), { recursive: true });
      const all = { ...options, maskDirs: [join(folder, "masks")] };
      const away = join(folder, `${vanishing}/b`);
      let moved = false;
      const onProgress = () => {
        if (!moved) renameSync(join(folder, `${vanishing}/a`), away);
        moved = true;
      };
      const stopped = /cannot be reached any more: .*\.png, which was there before/;
      await expect(writePredictions(loaded!, { ...all, onProgress })).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_IMAGE_MISSING",
        message: expect.stringMatching(stopped),
        remedy: expect.stringContaining("`resume: true`"),
      });
      expect((await readdir(folder)).filter((name) => name.startsWith("out.csv")).sort()).toEqual([
        "out.csv.partial",
        "out.csv.run.json",
      ]);
      // Still away: the next process, which has seen nothing itself, does not make failed rows of them either.
      await expect(writePredictions(loaded!, { ...all, resume: true })).rejects.toThrow(/any more/);
      await rename(away, join(folder, `${vanishing}/a`));
      expect(await writePredictions(loaded!, { ...all, resume: true })).toMatchObject({ predicted: 200 });
      const undisturbed = join(folder, "undisturbed.csv");
      await writePredictions(loaded!, { ...all, outputPath: undisturbed });
      expect(await text(options.outputPath)).toBe(await text(undisturbed));
    }),
);

test("many rows without pictures are failed rows if the others can be read", () =>
  withModels([model], async (loaded) => {
    const { options } = await cohort(120, (i) => i >= 10 && i < 100);
    const summary = await writePredictions(loaded!, options);
    expect(summary).toMatchObject({ predicted: 30, failed: 90, finished: true });
    const rows = (await text(options.outputPath)).trimEnd().split("\n").slice(1);
    expect(rows).toHaveLength(30);
  }));

test("provenance records the processing, and nothing about patients", () =>
  withModels([model], async (loaded) => {
    const { folder, options } = await cohort(3);
    const command = "deeplasia-native predict --annotation_csv cohort.csv";
    await writePredictions(loaded!, { ...options, command });
    const found = await provenance(options.outputPath);
    expect(found).toMatchObject({
      command,
      version: expect.stringMatching(/^\d/),
      node: process.version,
      libtorch: expect.stringMatching(/^\d/),
      models: [{ file: model, sha256: expect.stringMatching(/^[\da-f]{64}$/), contract: { ageUnit: "z" } }],
      cohort: { rows: 3, sha256: expect.stringMatching(/^[\da-f]{64}$/) },
      options: { batchSize: 4, flip: false },
    });
    expect(Date.parse(found.finished)).toBeGreaterThanOrEqual(Date.parse(found.started));
    const files = [join(folder, "images/a/1.png"), join(folder, "images/a/2.png")];
    const outputPath = join(folder, "files.csv");
    const named = `deeplasia-native predict ${files.join(" ")} -o files.csv`;
    await writePredictions(loaded!, { files, sex: "F", outputPath, command: named });
    expect(await text(`${outputPath}.provenance.json`)).not.toContain("1.png");
    expect(await provenance(outputPath)).toMatchObject({ cohort: { rows: 2, pictures: 2 } });
  }));
