/** An ensemble's output together with the files of its members: held, resumed and completed as one. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { finishingSteps } from "../../../src/predictionFiles/fileOutput.js";
import { openOutput } from "../../../src/predictionFiles/openOutput.js";
import type { Output } from "../../../src/predictionFiles/output.js";
import type { OutputOptions } from "../../../src/predictionFiles/outputOptions.js";
import { outputPaths } from "../../../src/predictionFiles/outputPaths.js";
import { combineBlocks } from "../../../src/records/combineRecords.js";
import type { OutputRecord } from "../../../src/records/record.js";
import { BLOCK, optionsFor, record, rowOf, snapshot, TOTAL } from "../../helpers/output.js";
import { collect, temporaryFolder } from "../../helpers/temporary.js";

const NAMES = ["a", "b"];

/** Member a fails where `record` does; member b on one row more, so that the files differ in their rows. */
function ofMember(member: number, index: number): OutputRecord {
  const plain = record(index);
  if ("code" in plain || member === 0) return plain;
  if (index !== 5) return { ...plain, ageMonths: Math.fround(plain.ageMonths + 3) };
  const failure = { code: "ERR_DEEPLASIA_NOT_FINITE", message: "NaN", file: "x/5.png", dropped: false };
  return { index, row: rowOf(index), ...failure };
}

function ensembleOptions(folder: string, more: Partial<OutputOptions> = {}): OutputOptions {
  const layout = {
    format: "csv" as const,
    members: null,
    hasSexHead: true,
    ageUnit: "z" as const,
    marksSex: false,
    hasHeaders: false,
    ...{ marksMask: false, marksQuality: false, marksDistance: false, marksOrientation: false },
  };
  const memberFiles = NAMES.map((name) => ({ ...layout, path: join(folder, "members", `${name}.csv`) }));
  return optionsFor(join(folder, "out"), { members: NAMES, memberFiles, ...more });
}

async function writeRows(output: Output, end = TOTAL): Promise<void> {
  for (let start = output.resumeIndex; start < end; start += BLOCK) {
    const indices = Array.from({ length: Math.min(BLOCK, TOTAL - start) }, (_, i) => start + i);
    const members = NAMES.map((_, member) => indices.map((index) => ofMember(member, index)));
    await output.write(combineBlocks(NAMES, members), members);
  }
}

async function folderWithMembers(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "members"));
  return folder;
}

async function run(folder: string, more: Partial<OutputOptions> = {}): Promise<Output> {
  const output = await openOutput(ensembleOptions(folder, more));
  await writeRows(output);
  await output.complete();
  return output;
}

/** All files, those of the members as `members/<name>`. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const members = Object.entries(await snapshot(join(folder, "members")));
  const own = (await readdir(folder)).filter((name) => name !== "members").sort();
  return Object.fromEntries([
    ...own.map((name) => [name, readFileSync(join(folder, name), "utf8")]),
    ...members.map(([name, text]) => [`members/${name}`, text]),
  ]);
}

async function undisturbed(): Promise<Record<string, string>> {
  const folder = await folderWithMembers();
  await run(folder);
  return filesOf(folder);
}

async function interrupted(rows: number): Promise<string> {
  const folder = await folderWithMembers();
  const output = await openOutput(ensembleOptions(folder));
  await writeRows(output, rows);
  await output.suspend();
  return folder;
}

describe("an ensemble with its members' files", () => {
  it("leaves each under its final name, with the rows that its member managed", async () => {
    const files = await undisturbed();
    expect(Object.keys(files)).toEqual([
      ...["out", "out.failures.csv"],
      ...["a.csv", "a.csv.failures.csv", "b.csv", "b.csv.failures.csv"].map((name) => `members/${name}`),
    ]);
    const has = (name: string, text: string) => files[name]!.includes(text);
    expect(files.out).toMatch(/^image_ID,a,b,ensemble_bone_age,gt_bone_age,/);
    expect(files["members/a.csv"]).toMatch(/^image_ID,sex,y_hat,sex_hat,pred_bone_age,/);
    // Row 11 (index 5) failed for b alone: not in the mean, but in a's file.
    expect(has("out", "5.png")).toBe(false);
    expect(has("out.failures.csv", "11,x/5.png,ERR_DEEPLASIA_NOT_FINITE,b: NaN")).toBe(true);
    expect(has("members/a.csv", "5.png")).toBe(true);
    expect(has("members/b.csv", "5.png")).toBe(false);
    expect(has("members/b.csv.failures.csv", "11,x/5.png,ERR_DEEPLASIA_NOT_FINITE,NaN")).toBe(true);
  });

  it("shows nothing under a final name before it is complete", async () => {
    const names = Object.keys(await filesOf(await interrupted(8)));
    expect(names.every((name) => /\.partial$|out\.run\.json$/.test(name))).toBe(true);
    expect(names).toHaveLength(7);
  });

  it("resumes from the last block that all files hold, whatever each of them lost", async () => {
    const expected = await undisturbed();
    const source = await interrupted(TOTAL);
    const before = await filesOf(source);
    const partials = Object.keys(before).filter((name) => name.endsWith(".partial"));
    const cuts = fc.tuple(...partials.map((name) => fc.nat({ max: before[name]!.length })));
    await fc.assert(
      fc.asyncProperty(cuts, async (ends) => {
        const folder = await folderWithMembers();
        for (const [name, text] of Object.entries(before)) {
          const cut = partials.indexOf(name);
          writeFileSync(join(folder, name), cut === -1 ? text : Buffer.from(text).subarray(0, ends[cut]));
        }
        await run(folder, { resume: true });
        expect(await filesOf(folder)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it("counts the rows of the ensemble that are kept, for the summary", async () => {
    const folder = await interrupted(8);
    const output = await openOutput(ensembleOptions(folder, { resume: true }));
    expect(output.resumeIndex).toBe(8);
    await output.suspend();
    // A kill between two files, in the first block: then none of the others' rows counts.
    await writeFile(join(folder, "members/b.csv.partial"), "");
    const again = await openOutput(ensembleOptions(folder, { resume: true }));
    expect(again.resumeIndex).toBe(0);
    expect(await collect(again.resumedRecords())).toEqual([]);
    await again.suspend();
  });

  const STEPS = 1 + 2 * 3 + 2;
  it.each(Array.from({ length: STEPS + 1 }, (_, i) => i))(
    "is ended by resuming after a kill at step %d of the last ones",
    async (steps) => {
      const expected = await undisturbed();
      const folder = await interrupted(TOTAL);
      const options = ensembleOptions(folder);
      const outputs = [options, ...options.memberFiles!].map(({ path }) => outputPaths(path));
      for (const { failures } of outputs) await writeFile(failures, "stale");
      const runFile = JSON.parse(await readFile(outputs[0]!.run, "utf8"));
      const complete = { ...runFile, state: "complete", rows: TOTAL, hasFailures: [true, true, true] };
      const all = finishingSteps(outputs, complete);
      expect(all).toHaveLength(STEPS);
      for (const step of all.slice(0, steps)) {
        await step();
        // Whatever has its final name is whole, and the ensemble's own comes last.
        for (const [name, text] of Object.entries(await filesOf(folder)))
          if (/(out|a\.csv|b\.csv)$/.test(name)) expect(text).toBe(expected[name]);
        if (existsSync(outputs[0]!.output)) expect(existsSync(outputs[2]!.output)).toBe(true);
      }
      const output = await openOutput(ensembleOptions(folder, { resume: true }));
      // Nothing is worked out again as long as the run file stands.
      expect(output.resumeIndex).toBe(steps < STEPS - 1 ? TOTAL : 0);
      await writeRows(output);
      await output.complete();
      expect(await filesOf(folder)).toEqual(expected);
    },
  );
});

describe("what stands in the way", () => {
  it("an unfinished run of a member alone is not written over", async () => {
    const folder = await folderWithMembers();
    await writeFile(join(folder, "members/b.csv.partial"), "somebody's\n");
    await expect(openOutput(ensembleOptions(folder))).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_RESUME",
      message: expect.stringContaining("members/b.csv.partial"),
    });
    expect(await filesOf(folder)).toEqual({ "members/b.csv.partial": "somebody's\n" });
    await run(folder, { overwrite: true });
    expect(await filesOf(folder)).toEqual(await undisturbed());
  });

  it("a folder that is not there is named, and nothing is left behind", async () => {
    const folder = await folderWithMembers();
    await rm(join(folder, "members"), { recursive: true });
    await expect(openOutput(ensembleOptions(folder))).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_OUTPUT",
      message: expect.stringMatching(/cannot write .*members\/a\.csv: there is no folder/),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it("a member's file that would be the output itself, and stdout as output", async () => {
    const folder = await folderWithMembers();
    const path = join(folder, "members/b.csv");
    await expect(openOutput(ensembleOptions(folder, { path }))).rejects.toThrow(/the same file/);
    await expect(openOutput(ensembleOptions(folder, { path: "-" }))).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_USAGE",
      remedy: expect.stringContaining("`outputPath`"),
    });
  });
});
