/** A cohort of eleven rows in blocks of four, its output, and runs of it that are cut short. */
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../src/console/logger.js";
import type { OutputFormat } from "../../src/predictionFiles/columns.js";
import { openOutput } from "../../src/predictionFiles/openOutput.js";
import type { Output } from "../../src/predictionFiles/output.js";
import type { OutputOptions } from "../../src/predictionFiles/outputOptions.js";
import type { OutputRecord } from "../../src/records/record.js";
import { temporaryFolder } from "./temporary.js";

/** A cohort in which rows 1, 3, 5, … of the file are selected; every fifth selected row fails. */
export const TOTAL = 11;
export const BLOCK = 4;
export const rowOf = (index: number) => 2 * index + 1;
const fails = (index: number) => index % 5 === 2;

export function record(index: number): OutputRecord {
  const place = { index, row: rowOf(index) };
  if (fails(index)) {
    const code = index === 7 ? "ERR_DEEPLASIA_MASK_MISSING" : "ERR_DEEPLASIA_SEX";
    return { ...place, file: `x/${index},"ü".png`, code, message: `no\nsex ${index}`, dropped: index === 7 };
  }
  return {
    ...place,
    imageId: index % 4 === 0 ? `a, "${index}"\nö.png` : `${index}.png`,
    dir: "x",
    patientId: `0${index}`,
    sex: index % 2 === 0 ? "M" : "F",
    sexPredicted: false,
    ...{ sexFromHeader: false, chronologicalAgeMonths: null, ageFrom: null },
    mask: null,
    ...{ oriented: null, distance: null, quality: null },
    boneAgeMonths: index % 3 === 0 ? null : index,
    ageZ: Math.fround(Math.sin(index)),
    rawMonths: null,
    ageMonths: Math.fround(100 + index / 7),
    sexHat: Math.fround(1 / (1 + index)),
  };
}

export function optionsFor(path: string, more: Partial<OutputOptions> = {}): OutputOptions {
  return {
    path,
    format: "csv",
    members: null,
    hasSexHead: true,
    ageUnit: "z",
    marksSex: false,
    hasHeaders: false,
    ...{ marksMask: false, marksQuality: false, marksDistance: false, marksOrientation: false },
    identity: {
      models: [{ file: "m", contract: "c" }],
      sexModel: null,
      maskModel: null,
      cohort: "h",
      options: { flip: false, mask_crop_size: -1 },
    },
    blockSize: BLOCK,
    rowNumbers: async function* () {
      for (let index = 0; index < TOTAL; index++) yield rowOf(index);
    },
    resume: false,
    overwrite: false,
    logger: silentLogger,
    ...more,
  };
}

/** The blocks of rows from the output's resume point on, up to `end`. */
export async function writeRows(
  output: Output,
  end = TOTAL,
  make: (index: number) => OutputRecord = record,
): Promise<void> {
  for (let start = output.resumeIndex; start < end; start += BLOCK) {
    const indices = Array.from({ length: Math.min(BLOCK, TOTAL - start) }, (_, i) => start + i);
    await output.write(indices.map(make));
  }
}

export async function run(path: string, more: Partial<OutputOptions> = {}): Promise<Output> {
  const output = await openOutput(optionsFor(path, more));
  await writeRows(output);
  await output.complete();
  return output;
}

/** All files of a folder with their content. */
export async function snapshot(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** What an undisturbed run leaves. */
export async function undisturbed(format: OutputFormat = "csv") {
  const folder = await temporaryFolder();
  await run(join(folder, "out"), { format });
  return snapshot(folder);
}

/** A folder with an interrupted run of so many rows. */
export async function interrupted(rows: number, more: Partial<OutputOptions> = {}) {
  const folder = await temporaryFolder();
  const path = join(folder, "out");
  const output = await openOutput(optionsFor(path, more));
  await writeRows(output, rows);
  await output.suspend();
  return { folder, path };
}
