import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { openCohort } from "../../src/data/openCohort.js";
import { csvRows, runCli } from "../helpers/cli.js";
import { canMount, mountTmpfs } from "../helpers/disk.js";
import { collect, temporaryFolder } from "../helpers/temporary.js";

/** Runs `phantom` with small pictures. */
function draw(out: string, n: number, ...more: string[]) {
  return runCli(["phantom", "--out", out, "--n", String(n), "--sizes", "160", "240", ...more]);
}

async function bytesOf(folder: string): Promise<Map<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const bytes = await Promise.all(names.map((name) => readFile(name, "base64")));
  return new Map(names.map((name, i) => [name.slice(folder.length), bytes[i]!]));
}

async function annotations(folder: string) {
  return csvRows(await readFile(join(folder, "annotations.csv"), "utf8"));
}

/** Reads the samples of a grey PNG of 8 or 16 bits, in [0, 1]. */
async function grey(file: string, depth: 8 | 16): Promise<number[]> {
  const type = depth === 16 ? "ushort" : "uchar";
  const { data, info } = await sharp(file)
    .toColourspace(depth === 16 ? "grey16" : "b-w")
    .raw({ depth: type })
    .toBuffer({ resolveWithObject: true });
  const samples = depth === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  const pixels = Array.from({ length: info.width * info.height }, (_, i) => samples[i * info.channels]!);
  return pixels.map((value) => value / (2 ** depth - 1));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("a phantom cohort", () => {
  test("has pictures, masks, annotations and splits that belong together", async () => {
    const out = join(await temporaryFolder(), "new/cohort");
    const { code, stdout, stderr } = await draw(out, 8, "--seed", "2");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain("they show nobody");
    expect((await readdir(out)).sort()).toEqual(
      ["annotations.csv", "images", "masks", "phantom.json", "splits.csv"].sort(),
    );
    const rows = await annotations(out);
    expect(rows).toHaveLength(8);
    for (const row of rows) {
      const depth = row.depth === "16" ? 16 : 8;
      const picture = join(out, "images", row.image_ID!);
      const { width, height, channels, depth: stored } = await sharp(picture).metadata();
      expect({ width, height, channels, stored }).toEqual({
        width: Number(row.width),
        height: Number(row.height),
        channels: 1,
        stored: depth === 16 ? "ushort" : "uchar",
      });
      expect([160, 240]).toContain(Math.max(width, height));
      const pixels = await grey(picture, depth);
      const mask = await grey(join(out, "masks", row.image_ID!), 8);
      expect(mask).toHaveLength(pixels.length);
      expect([...new Set(mask)].sort()).toEqual([0, 1]);
      const marked = mean(mask);
      expect(marked > 0.1 && marked < 0.7, `${marked} of the picture is hand`).toBe(true);
      // A hand is bright on a radiograph.
      const hand = pixels.filter((_, i) => mask[i] === 1);
      const film = pixels.filter((_, i) => mask[i] === 0);
      const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
      expect(median(hand)).toBeGreaterThan(median(film) + 0.1);
    }
  });

  test("is accepted by train and predict", async () => {
    const out = await temporaryFolder();
    await draw(out, 40, "--seed", "4", "--min-age", "24", "--max-age", "60", "--male-share", "1");
    const parts = ["train", "val", "test"];
    const sizes = [];
    for (const splitName of parts) {
      const cohort = await openCohort({
        annotationCsv: join(out, "annotations.csv"),
        splitCsv: join(out, "splits.csv"),
        splitColumn: "phantom",
        splitName,
        imgDir: join(out, "images"),
        maskDirs: [join(out, "masks")],
        sexNeed: "needed",
      });
      expect(cohort.withoutSplit + cohort.duplicates.count).toBe(0);
      for (const sample of await collect(cohort.samples())) {
        expect(sample).not.toHaveProperty("error");
        expect(sample).toMatchObject({ sex: "M", maskPath: expect.stringContaining("masks") });
        const { boneAgeMonths } = sample as { boneAgeMonths: number };
        expect(boneAgeMonths >= 24 && boneAgeMonths <= 60).toBe(true);
      }
      sizes.push(cohort.total);
    }
    expect(sizes[0]! + sizes[1]! + sizes[2]!).toBe(40);
    expect(sizes[0]).toBeGreaterThan(sizes[2]!);
  });

  test("has the same bytes whatever the number of workers and pictures", async () => {
    const folder = await temporaryFolder();
    const at = (name: string) => join(folder, name);
    await draw(at("once"), 6, "--num-workers", "1");
    await draw(at("twice"), 3);
    expect((await draw(at("twice"), 6, "--num-workers", "5")).code).toBe(0);
    expect(await bytesOf(at("twice"))).toEqual(await bytesOf(at("once")));
    await draw(at("other"), 6, "--seed", "9");
    expect((await bytesOf(at("other"))).get("/images/000000.png")).not.toEqual(
      (await bytesOf(at("once"))).get("/images/000000.png"),
    );
  });
});

describe("faults", () => {
  test("Ctrl-C leaves no CSV, and the same command completes the cohort", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "cohort");
    const args = [
      "phantom",
      "--out",
      out,
      "--n",
      "60",
      "--sizes",
      "500",
      "--depth",
      "8",
      "--num-workers",
      "1",
    ];
    let asked = false;
    const stopped = await runCli([...args, "--progress=json"], {
      onStderr: (text, kill) => {
        // A second signal would kill the process at once.
        if (!asked && text.includes('"done":')) kill("SIGINT");
        asked ||= text.includes('"done":');
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain("the same command resumes");
    expect(await readdir(out)).not.toContain("annotations.csv");
    expect((await runCli(args)).code).toBe(0);
    expect(await annotations(out)).toHaveLength(60);
    expect((await readdir(join(out, "images"))).every((name) => name.endsWith(".png"))).toBe(true);
  });

  test("a folder with other files is left unchanged", async () => {
    const out = await temporaryFolder();
    await writeFile(join(out, "notes.txt"), "mine");
    const { code, stderr } = await draw(out, 1);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("it holds other files") });
    expect(stderr).toContain("Give a new folder");
    expect(await readdir(out)).toEqual(["notes.txt"]);
  });

  test("a cohort with another seed is left unchanged", async () => {
    const out = await temporaryFolder();
    await draw(out, 1);
    const before = await bytesOf(out);
    const { code, stderr } = await draw(out, 1, "--seed", "5");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining("drawn with other options"),
    });
    expect(await bytesOf(out)).toEqual(before);
  });

  test.each([
    [["--min-age", "100", "--max-age", "50"], "the youngest age (100 months) is above the oldest (50)"],
    [["--n", "0"], "--n 0"],
    [["--sizes", "20"], "--sizes 20"],
    [["--depth", "12"], "--depth"],
  ])("%j is refused", async (flags, message) => {
    const out = join(await temporaryFolder(), "cohort");
    const { code, stderr } = await runCli(["phantom", "--out", out, ...flags]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });

  test("a file in place of the folder is named", async () => {
    const out = join(await temporaryFolder(), "cohort");
    await writeFile(out, "");
    const { code, stderr } = await draw(out, 1);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(out) });
  });

  test.skipIf(!canMount)("a full disk ends the run with an error", async () => {
    const out = join(await mountTmpfs("size=150k"), "cohort");
    await mkdir(out);
    const { code, stderr } = await draw(out, 40);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("is full") });
    expect(await readdir(out)).not.toContain("annotations.csv");
  });
});
