import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/console/logger.js";
import { openOutput } from "../../../src/predictionFiles/openOutput.js";
import type { OutputOptions } from "../../../src/predictionFiles/outputOptions.js";
import {
  interrupted,
  optionsFor,
  record,
  rowOf,
  run,
  snapshot,
  TOTAL,
  undisturbed,
  writeRows,
} from "../../helpers/output.js";
import { collect, temporaryFolder } from "../../helpers/temporary.js";

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

  it("that ends before its first block leaves nothing in the way of the next one", async () => {
    const folder = await temporaryFolder();
    const output = await openOutput(optionsFor(join(folder, "out")));
    await output.suspend();
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses rows out of order: that would be a lost row", async () => {
    const output = await openOutput(optionsFor(join(await temporaryFolder(), "out")));
    await expect(output.write([record(1)])).rejects.toThrow(/not the next one/);
    await output.suspend();
  });
});

describe("an interrupted run", () => {
  it("is not touched without a flag; the message has its rows and the flags", async () => {
    const { folder, path } = await interrupted(8);
    const before = await snapshot(folder);
    for (const format of ["csv", "jsonl"] as const) {
      await expect(openOutput(optionsFor(path, { format }))).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_RESUME",
        message: expect.stringMatching(/out\.partial \(8 rows\)/),
        remedy: expect.stringMatching(/`resume: true`.*`overwrite: true`/),
      });
    }
    expect(await snapshot(folder)).toEqual(before);
  });

  it.each(["csv", "jsonl"] as const)("is resumed, and ends in the same bytes (%s)", async (format) => {
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

  it("is discarded with `overwrite`, whatever it was", async () => {
    const { folder, path } = await interrupted(8, {
      format: "jsonl",
      identity: { ...optionsFor("").identity, models: [{ file: "x", contract: "c" }] },
    });
    await run(path, { overwrite: true });
    expect(await snapshot(folder)).toEqual(await undisturbed());
  });

  it("is started where there is none", async () => {
    const folder = await temporaryFolder();
    expect((await run(join(folder, "out"), { resume: true })).resumeIndex).toBe(0);
    expect(await snapshot(folder)).toEqual(await undisturbed());
  });

  it("is not resumed by another run: what differs is named", async () => {
    const { folder, path } = await interrupted(8);
    const before = await snapshot(folder);
    const { identity } = optionsFor("");
    const why = async (more: Partial<OutputOptions>) =>
      openOutput(optionsFor(path, { resume: true, ...more })).then(
        () => "",
        (error: Error) => error.message,
      );
    const model = { file: "m", contract: "c" };
    const models = (...list: (typeof model)[]) => ({ identity: { ...identity, models: list } });
    expect(await why(models({ ...model, file: "n" }))).toMatch(/settings: the model file$/);
    expect(await why(models({ ...model, contract: "n" }))).toMatch(
      /settings: the model's contract \(manifest, options\)$/,
    );
    expect(await why({ ...models(model, model), members: ["a", "b"] })).toMatch(
      /settings: the members \(one model, now a, b\)$/,
    );
    expect(await why({ identity: { ...identity, sexModel: model } })).toMatch(/settings: the sex model/);
    expect(await why({ identity: { ...identity, cohort: "n" } })).toMatch(/cohort/);
    expect(await why({ blockSize: 5 })).toMatch(/`batchSize` \(4, now 5\)$/);
    expect(await why({ format: "jsonl" })).toMatch(/`format` \("csv", now "jsonl"\)$/);
    const options = { flip: true, mask_crop_size: -1, rotation_angle: 5 };
    expect(await why({ identity: { ...identity, options } })).toMatch(
      /settings: `flip` \(false, now true\); `rotationAngle` \(not given, now 5\)$/,
    );
    expect(await snapshot(folder)).toEqual(before);
  });

  it("cannot be resumed if its run file is lost or damaged", async () => {
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
