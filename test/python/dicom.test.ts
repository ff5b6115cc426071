/** Pixels and grey levels of pydicom's own test files are those that pydicom reads. */
import { createHash } from "node:crypto";
import { copyFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readDataset } from "../../src/dicom/dataset.js";
import { decodeDicom, storedSamples } from "../../src/dicom/decodeDicom.js";
import { DeeplasiaError } from "../../src/errors.js";
import { runCli } from "../helpers/cli.js";
import { modelFile } from "../helpers/model.js";
import { pythonWith } from "../helpers/python.js";
import { temporaryFolder } from "../helpers/temporary.js";

const PACKAGES = [
  ...["pydicom==3.0.2", "pydicom-data==1.0.0", "numpy==2.4.3"],
  ...[
    "pylibjpeg==2.1.0",
    "pylibjpeg-libjpeg==2.5.0",
    "pylibjpeg-openjpeg==2.6.0",
    "python-gdcm==3.2.6",
    "pyjpegls==1.5.1",
  ],
];

interface OracleRow {
  file: string;
  syntax: string;
  samples: number | null;
  photometric: string | null;
  frames: string;
  grey?: boolean;
  stored?: string;
  shown?: string | null;
  error?: string;
}

/** Lossy JPEG of 12 bits: the two libraries' inverse transforms differ by one level. */
const OFF_BY_ONE = ["JPGExtended.dcm"];

const oracle = await pythonWith("pydicom-3.0.2", [PACKAGES]);
const rows =
  "missing" in oracle
    ? []
    : (await oracle.run(join(import.meta.dirname, "dicomPixels.py")))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as OracleRow);
const nameOf = ({ file }: OracleRow) => file.split("/").at(-1)!;
const digest = (values: Iterable<number>) =>
  createHash("sha256")
    .update(Buffer.from(Int32Array.from(values).buffer))
    .digest("hex");

describe.skipIf("missing" in oracle)(
  `pydicom's files${"missing" in oracle ? ` (${oracle.missing})` : ""}`,
  () => {
    const grey = rows.filter((row) => row.grey && !OFF_BY_ONE.includes(nameOf(row)));

    test("there are as many as the table in docs/dicom.md has", () => {
      expect(grey.length).toBeGreaterThanOrEqual(70);
      expect(new Set(grey.map(({ syntax }) => syntax)).size).toBeGreaterThanOrEqual(10);
    });

    test.each(grey.map((row) => [nameOf(row), row] as const))(
      "%s: stored values and levels",
      async (_, row) => {
        const bytes = await readFile(row.file);
        const { samples } = await storedSamples(readDataset(bytes));
        expect(digest(samples)).toBe(row.stored);
        if (row.shown) expect(digest((await decodeDicom(bytes)).data)).toBe(row.shown);
      },
    );

    test("no attribute of a patient or a study is in any output of predict", async () => {
      if ("missing" in oracle) return;
      const [pictures, folder] = [await temporaryFolder(), await temporaryFolder()];
      // Names of their own: those of the set are made of patients' names.
      for (const [i, { file }] of rows.entries()) await copyFile(file, join(pictures, `${i}.dcm`));
      const values = JSON.parse(await oracle.run(join(import.meta.dirname, "patientValues.py"), pictures));
      expect(values.length).toBeGreaterThan(50);
      const [out, objects] = [join(folder, "ages.csv"), join(await temporaryFolder(), "objects")];
      const run = await runCli(
        ["predict", pictures, "-m", modelFile("mean-plus-sex"), "-o", out, "--dicom-out", objects],
        { env: { LOG_FILE: join(folder, "log.txt") } },
      );
      const written = await Promise.all(
        (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
      );
      expect(written).toHaveLength(4);
      const everything = [run.stdout, run.stderr, ...written].join("\n");
      expect(everything).toMatch(/failed/);
      expect(values.filter((value: string) => everything.includes(value))).toEqual([]);
    }, 600_000);

    test("every other file is decoded or refused with a reason", async () => {
      for (const { file } of rows.filter((row) => !row.grey)) {
        const outcome = await decodeDicom(await readFile(file)).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DeeplasiaError);
      }
    });
  },
);
