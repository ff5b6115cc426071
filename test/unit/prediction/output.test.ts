import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { formatError } from "../../../src/errors.js";
import { finishingSteps } from "../../../src/prediction/fileOutput.js";
import { type Output, type OutputOptions, openOutput } from "../../../src/prediction/output.js";
import { findResumePoint } from "../../../src/prediction/partial.js";
import type { OutputFormat, OutputRecord } from "../../../src/prediction/record.js";
import { outputPaths } from "../../../src/prediction/resume.js";
import { silentLogger } from "../../../src/report/log.js";
import { collect, temporaryFolder } from "../../helpers/temporary.js";

/** A cohort in which rows 1, 3, 5, … of the file are selected; every fifth selected row fails. */
const TOTAL = 11;
const BLOCK = 4;
const rowOf = (index: number) => 2 * index + 1;
const fails = (index: number) => index % 5 === 2;

function record(index: number): OutputRecord {
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
    boneAgeMonths: index % 3 === 0 ? null : index,
    ageZ: Math.fround(Math.sin(index)),
    ageMonths: Math.fround(100 + index / 7),
    sexHat: Math.fround(1 / (1 + index)),
  };
}

function optionsFor(path: string, more: Partial<OutputOptions> = {}): OutputOptions {
  return {
    path,
    format: "csv",
    hasSexHead: true,
    identity: { model: "m", contract: "c", cohort: "h", options: { flip: false, mask_crop_size: -1 } },
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
async function writeRows(
  output: Output,
  end = TOTAL,
  make: (index: number) => OutputRecord = record,
): Promise<void> {
  for (let start = output.resumeIndex; start < end; start += BLOCK) {
    const indices = Array.from({ length: Math.min(BLOCK, TOTAL - start) }, (_, i) => start + i);
    await output.write(indices.map(make));
  }
}

async function run(path: string, more: Partial<OutputOptions> = {}): Promise<Output> {
  const output = await openOutput(optionsFor(path, more));
  await writeRows(output);
  await output.complete();
  return output;
}

/** All files of a folder with their content. */
async function snapshot(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** What an undisturbed run leaves. */
async function undisturbed(format: OutputFormat = "csv") {
  const folder = await temporaryFolder();
  await run(join(folder, "out"), { format });
  return snapshot(folder);
}

/** A folder with an interrupted run of so many rows. */
async function interrupted(rows: number, more: Partial<OutputOptions> = {}) {
  const folder = await temporaryFolder();
  const path = join(folder, "out");
  const output = await openOutput(optionsFor(path, more));
  await writeRows(output, rows);
  await output.suspend();
  return { folder, path };
}

describe("a run", () => {
  it("leaves the predictions and the failures under their final names, nothing else", async () => {
    const files = await undisturbed();
    expect(Object.keys(files)).toEqual(["out", "out.failures.csv"]);
    expect(files.out!.split("\n").slice(0, 3)).toEqual([
      "image_ID,sex,y_hat,sex_hat,pred_bone_age,row,dir,patient_ID,bone_age",
      '"a, ""0""',
      'ö.png",1.0,0.0,1.0,100.0,1,x,00,',
    ]);
    expect(files["out.failures.csv"]!.startsWith('row,file,code,message\n5,"x/2,""ü"".png",ERR_')).toBe(true);
  });

  it("shows nothing under the final name before it is complete", async () => {
    const { folder } = await interrupted(8);
    expect(await readdir(folder)).toEqual(["out.failures.csv.partial", "out.partial", "out.run.json"]);
  });

  it("replaces an earlier output, and takes an earlier run's failures away if it has none", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "out");
    await run(path);
    const output = await openOutput(optionsFor(path));
    expect(existsSync(path)).toBe(true);
    await writeRows(output, TOTAL, (index) => ({ ...record(0), index, row: rowOf(index) }));
    await output.complete();
    expect(await readdir(folder)).toEqual(["out"]);
  });

  it("refuses rows out of order: that would be a lost row", async () => {
    const output = await openOutput(optionsFor(join(await temporaryFolder(), "out")));
    await expect(output.write([record(1)])).rejects.toThrow(/not the next one/);
    await output.suspend();
  });
});

describe("an interrupted run", () => {
  it("is not touched without a flag; the message tells its rows and the flags", async () => {
    const { folder, path } = await interrupted(8);
    const before = await snapshot(folder);
    for (const format of ["csv", "jsonl"] as const) {
      await expect(openOutput(optionsFor(path, { format }))).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_RESUME",
        message: expect.stringMatching(/out\.partial \(8 rows\)/),
        remedy: expect.stringMatching(/--resume.*--overwrite/),
      });
    }
    expect(await snapshot(folder)).toEqual(before);
  });

  it.each(["csv", "jsonl"] as const)("is gone on with, and ends in the same bytes (%s)", async (format) => {
    const { folder, path } = await interrupted(8, { format });
    const output = await run(path, { format, resume: true });
    expect(output.resumeIndex).toBe(8);
    expect(await snapshot(folder)).toEqual(await undisturbed(format));
  });

  it("gives its records back, for the summary", async () => {
    const { path } = await interrupted(8);
    const output = await openOutput(optionsFor(path, { resume: true }));
    const kept = (await collect(output.resumedRecords())).sort((a, b) => a.row - b.row);
    expect(kept).toEqual(Array.from({ length: 8 }, (_, index) => ({ ...record(index), index: -1 })));
    await output.suspend();
  });

  it("is discarded with --overwrite, whatever it was", async () => {
    const { folder, path } = await interrupted(8, {
      format: "jsonl",
      identity: { ...optionsFor("").identity, model: "x" },
    });
    await run(path, { overwrite: true });
    expect(await snapshot(folder)).toEqual(await undisturbed());
  });

  it("is started where there is none", async () => {
    const folder = await temporaryFolder();
    expect((await run(join(folder, "out"), { resume: true })).resumeIndex).toBe(0);
    expect(await snapshot(folder)).toEqual(await undisturbed());
  });

  it("is not gone on with by another run: what differs is named", async () => {
    const { folder, path } = await interrupted(8);
    const before = await snapshot(folder);
    const { identity } = optionsFor("");
    const why = async (more: Partial<OutputOptions>) =>
      openOutput(optionsFor(path, { resume: true, ...more })).then(
        () => "",
        (error: Error) => error.message,
      );
    expect(await why({ identity: { ...identity, model: "n" } })).toMatch(/settings: the model file$/);
    expect(await why({ identity: { ...identity, contract: "n" } })).toMatch(/contract/);
    expect(await why({ identity: { ...identity, cohort: "n" } })).toMatch(/cohort/);
    expect(await why({ blockSize: 5 })).toMatch(/--batch_size \(4, now 5\)$/);
    expect(await why({ format: "jsonl" })).toMatch(/--format \("csv", now "jsonl"\)$/);
    const options = { flip: true, mask_crop_size: -1, rotation_angle: 5 };
    expect(await why({ identity: { ...identity, options } })).toMatch(
      /settings: --flip \(false, now true\); --rotation_angle \(not given, now 5\)$/,
    );
    expect(await snapshot(folder)).toEqual(before);
  });

  it("cannot be gone on with if its run file is lost or damaged", async () => {
    const { path } = await interrupted(8);
    await writeFile(`${path}.run.json`, "{");
    await expect(openOutput(optionsFor(path, { resume: true }))).rejects.toThrow(
      /cannot understand .*run\.json/,
    );
    await rm(`${path}.run.json`);
    await expect(openOutput(optionsFor(path, { resume: true }))).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_RESUME",
      message: expect.stringMatching(/run\.json is missing/),
    });
  });

  it("both flags at once are refused", async () => {
    const options = optionsFor(join(await temporaryFolder(), "out"), { resume: true, overwrite: true });
    await expect(openOutput(options)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_USAGE" });
  });
});

/** Lay the files of a killed run into a fresh folder, resume it, and give what it leaves. */
async function resumeFrom(files: Record<string, Uint8Array>) {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const output = await run(join(folder, "out"), { resume: true });
  return { files: await snapshot(folder), resumeIndex: output.resumeIndex };
}

describe("a kill while rows are written", () => {
  /** The bytes of a run in the order in which they are written: per block failures first, then predictions. */
  async function writes(format: OutputFormat) {
    const { folder, path } = await interrupted(0, { format });
    const runFile = await readFile(`${path}.run.json`);
    const sizes = () =>
      ["out.failures.csv.partial", "out.partial"].map((name) => {
        const file = join(folder, name);
        return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
      });
    const output = await openOutput(optionsFor(path, { format, resume: true }));
    const states = [sizes()];
    for (let start = 0; start < TOTAL; start += BLOCK) {
      await output.write(Array.from({ length: Math.min(BLOCK, TOTAL - start) }, (_, i) => record(start + i)));
      states.push(sizes());
    }
    await output.suspend();
    return { runFile, states };
  }

  it.each(["csv", "jsonl"] as const)(
    "at every single byte goes back to the last whole block (%s)",
    async (format) => {
      const { states } = await writes(format);
      const paths = outputPaths(join(await temporaryFolder(), "out"));
      const { rowNumbers, hasSexHead } = optionsFor("");
      for (let block = 1; block < states.length; block++) {
        const [failuresBefore, rowsBefore] = states[block - 1]!;
        const [failures, rows] = states[block]!;
        const kills: [Buffer, Buffer][] = [];
        for (let n = failuresBefore!.length; n <= failures!.length; n++)
          kills.push([failures!.subarray(0, n), rowsBefore!]);
        for (let n = rowsBefore!.length; n < rows!.length; n++) kills.push([failures!, rows!.subarray(0, n)]);
        for (const [failureBytes, rowBytes] of kills) {
          writeFileSync(paths.failuresPartial, failureBytes);
          writeFileSync(paths.partial, rowBytes);
          const point = await findResumePoint(paths, { format, hasSexHead }, rowNumbers(), BLOCK);
          // Cut to these lengths, the files are byte for byte what they were before the block.
          expect(point).toEqual({
            index: (block - 1) * BLOCK,
            bytes: rowsBefore!.length,
            failureBytes: failuresBefore!.length,
          });
        }
      }
    },
    120_000,
  );

  it("or a power cut that loses the end of either file: resumed, it ends in the same bytes", async () => {
    const expected = await undisturbed();
    const { runFile, states } = await writes("csv");
    const [failures, rows] = states.at(-1)!;
    const cuts = fc.tuple(fc.nat({ max: failures!.length }), fc.nat({ max: rows!.length }));
    await fc.assert(
      fc.asyncProperty(cuts, async ([failuresEnd, rowsEnd]) => {
        const files = {
          "out.run.json": runFile,
          "out.partial": rows!.subarray(0, rowsEnd),
          "out.failures.csv.partial": failures!.subarray(0, failuresEnd),
        };
        expect((await resumeFrom(files)).files).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it("or a damaged middle: what lies behind it is done again", async () => {
    const expected = await undisturbed();
    const { runFile, states } = await writes("csv");
    const [failures, rows] = states.at(-1)!;
    const damaged = Buffer.from(rows!);
    const middle = Math.floor(rows!.length / 2);
    damaged.fill(0, middle, middle + 40);
    const resumed = await resumeFrom({
      "out.run.json": runFile,
      "out.partial": damaged,
      "out.failures.csv.partial": failures!,
    });
    expect(resumed.files).toEqual(expected);
    expect(resumed.resumeIndex).toBeGreaterThan(0);
    expect(resumed.resumeIndex).toBeLessThan(TOTAL - BLOCK);
  });
});

describe("a kill while a run starts or ends", () => {
  it.each([0, 1, 2, 3, 4, 5])("after %d of the last steps", async (steps) => {
    const expected = await undisturbed();
    const { folder, path } = await interrupted(TOTAL);
    // Failures of an earlier run, which must not survive in any case.
    await writeFile(`${path}.failures.csv`, "stale");
    const paths = outputPaths(path);
    const before = JSON.parse(await readFile(paths.run, "utf8"));
    const complete = { ...before, state: "complete", rows: TOTAL, hasFailures: true };
    for (const step of finishingSteps(paths, complete).slice(0, steps)) await step();
    const output = await openOutput(optionsFor(path, { resume: true }));
    // After the run file is gone the run is over: another --resume is a new run.
    expect(output.resumeIndex).toBe(steps < 4 ? TOTAL : 0);
    if (steps > 0 && steps < 4) expect(await collect(output.resumedRecords())).toHaveLength(TOTAL);
    await writeRows(output);
    await output.complete();
    expect(await snapshot(folder)).toEqual(expected);
  });

  it.each([1, 2, 3, 4])("after %d of the last steps of a run without failures", async (steps) => {
    const folder = await temporaryFolder();
    const path = join(folder, "out");
    const good = (index: number) => ({ ...record(0), index, row: rowOf(index) });
    const first = await openOutput(optionsFor(path));
    await writeRows(first, TOTAL, good);
    await first.suspend();
    await writeFile(`${path}.failures.csv`, "stale");
    const paths = outputPaths(path);
    const before = JSON.parse(await readFile(paths.run, "utf8"));
    const complete = { ...before, state: "complete", rows: TOTAL, hasFailures: false };
    for (const step of finishingSteps(paths, complete).slice(0, steps)) await step();
    const output = await openOutput(optionsFor(path, { resume: true }));
    await writeRows(output, TOTAL, good);
    await output.complete();
    expect(await readdir(folder)).toEqual(["out"]);
  });

  it("while an earlier run is discarded: nothing of it is taken for the new one", async () => {
    const other = { ...optionsFor("").identity, model: "other" };
    const { folder, path } = await interrupted(8, { identity: other });
    // The first thing that --overwrite does, and then the kill.
    const before = JSON.parse(await readFile(`${path}.run.json`, "utf8"));
    const run_ = { ...before, state: "starting", identity: optionsFor("").identity };
    await writeFile(`${path}.run.json`, JSON.stringify(run_));
    expect((await run(path, { resume: true })).resumeIndex).toBe(0);
    expect(await snapshot(folder)).toEqual(await undisturbed());
  });
});

describe("places that cannot be written", () => {
  const open = (path: string) =>
    openOutput(optionsFor(path)).then(
      () => "opened",
      (error) => `${error.code} ${formatError(error)}`,
    );

  it("a missing folder, a folder as file, a file as folder", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    expect(await open(join(folder, "none/out.csv"))).toMatch(
      /ERR_DEEPLASIA_OUTPUT .*none\/out\.csv.*no folder.*\n.*mkdir/,
    );
    expect(await open(folder)).toMatch(/ERR_DEEPLASIA_OUTPUT .*it is a folder/);
    expect(await open(join(folder, "file/out.csv"))).toMatch(/ERR_DEEPLASIA_OUTPUT .*is not a folder/);
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it.skipIf(process.getuid?.() === 0)("a folder without permission", async () => {
    const folder = join(await temporaryFolder(), "locked");
    await mkdir(folder);
    await chmod(folder, 0o555);
    expect(await open(join(folder, "out.csv"))).toMatch(/ERR_DEEPLASIA_OUTPUT .*permission denied/);
  });

  it.skipIf(!canMount())("a read-only file system", async () => {
    const folder = await mountTmpfs("ro");
    expect(await open(join(folder, "out.csv"))).toMatch(/ERR_DEEPLASIA_OUTPUT .*read-only/);
  });

  it.skipIf(!canMount())(
    "a disk that is full from the start: nothing is left in the way of the next try",
    async () => {
      const folder = await mountTmpfs("size=16k");
      const filler = join(folder, "filler");
      try {
        writeFileSync(filler, Buffer.alloc(64 * 1024));
      } catch {}
      expect(await open(join(folder, "out.csv"))).toMatch(/ERR_DEEPLASIA_OUTPUT .*out\.csv.*full/);
      await rm(filler);
      await run(join(folder, "out.csv"));
      expect((await readdir(folder)).sort()).toEqual(["out.csv", "out.csv.failures.csv"]);
    },
  );

  it.skipIf(!canMount())(
    "a disk that fills up: an error that tells the way on, and a run to resume",
    async () => {
      const folder = await mountTmpfs("size=32k");
      const path = join(folder, "out");
      const output = await openOutput(optionsFor(path));
      await output.write([0, 1, 2, 3].map(record));
      // Leave less than a page: the file system is full as soon as the output grows past its page.
      const filler = join(folder, "filler");
      try {
        writeFileSync(filler, Buffer.alloc(64 * 1024));
      } catch {}
      const long = (index: number): OutputRecord => ({
        ...record(0),
        index,
        row: rowOf(index),
        patientId: "9".repeat(2000),
      });
      await expect(output.write([4, 5, 6, 7].map(long))).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_OUTPUT",
        file: path,
        message: expect.stringMatching(/cannot write .*out: the disk .* is full/),
        remedy: expect.stringMatching(/Free some space.*--resume/),
      });
      await output.suspend();
      await rm(filler);
      const resumed = await run(path, { resume: true });
      expect(resumed.resumeIndex).toBe(4);
      expect(await snapshot(folder)).toEqual(await undisturbed());
    },
  );
});

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync(
      "sh",
      ["-c", "d=$(mktemp -d) && mount -t tmpfs -o size=4k none $d && umount $d && rmdir $d"],
      {
        stdio: "ignore",
      },
    );
    return true;
  } catch {
    return false;
  }
}

async function mountTmpfs(options: string): Promise<string> {
  const folder = join(await temporaryFolder(), "disk");
  await mkdir(folder);
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "none", folder]);
  onTestFinished(() => {
    execFileSync("umount", ["-l", folder]);
  });
  return folder;
}

describe("streams", () => {
  function stdout() {
    const chunks: string[] = [];
    const stream = new Writable({
      write(chunk, _, done) {
        chunks.push(String(chunk));
        done();
      },
    });
    return { stream, text: () => chunks.join("") };
  }

  it.each(["csv", "jsonl"] as const)(
    "stdout holds data only; failures are lines of the log (%s)",
    async (format) => {
      const { stream, text } = stdout();
      const warnings: string[] = [];
      const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
      await run("-", { format, stdout: stream, logger });
      expect(text()).toBe((await undisturbed(format)).out);
      expect(warnings).toHaveLength(2);
      expect(warnings[0]).toBe('row 5: x/2,"ü".png: no\nsex 2 (ERR_DEEPLASIA_SEX)');
      expect(stream.writableEnded).toBe(false);
    },
  );

  it("a reader that has enough ends it quietly", async () => {
    const stream = new Writable({
      write: (_chunk, _, done) => done(Object.assign(new Error("gone"), { code: "EPIPE" })),
    });
    const output = await openOutput(optionsFor("-", { stdout: stream }));
    expect(output.closed).toBe(true);
    await writeRows(output);
    await output.complete();
  });

  it("cannot be resumed", async () => {
    const { stream } = stdout();
    await expect(openOutput(optionsFor("-", { stdout: stream, resume: true }))).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_USAGE",
    });
  });

  it("a device that takes nothing is an error with its name", async () => {
    await expect(run("/dev/full")).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_OUTPUT",
      message: expect.stringMatching(/cannot write \/dev\/full: the disk/),
    });
    await run("/dev/null");
    expect(existsSync("/dev/null.partial")).toBe(false);
  });
});
