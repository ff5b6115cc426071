import { writeFileSync } from "node:fs";
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatError } from "../../../src/errors.js";
import { openOutput } from "../../../src/predictionFiles/openOutput.js";
import type { OutputRecord } from "../../../src/records/record.js";
import { canMount, mountTmpfs } from "../../helpers/disk.js";
import { optionsFor, record, rowOf, run, snapshot, undisturbed } from "../../helpers/output.js";
import { asOrdinaryUser } from "../../helpers/permissions.js";
import { temporaryFolder } from "../../helpers/temporary.js";

describe("places that cannot be written", () => {
  const open = (path: string) =>
    openOutput(optionsFor(path)).then(
      () => "opened",
      (error) => `${error.code} ${formatError(error)}`,
    );

  it("a missing folder, a folder as file, a file as folder", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    expect(await open(join(folder, "none/out.csv"))).toBe("opened");
    expect(await open(folder)).toMatch(/ERR_DEEPLASIA_OUTPUT .*it is a folder/);
    expect(await open(join(folder, "file/out.csv"))).toMatch(/ERR_DEEPLASIA_OUTPUT .*is (no|not a) folder/);
    expect((await readdir(folder)).sort()).toEqual(["file", "none"]);
  });

  it("a folder without permission", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "locked"));
    await chmod(join(folder, "locked"), 0o555);
    await asOrdinaryUser(folder, async () => {
      expect(await open(join(folder, "out.csv"))).toBe("opened");
      expect(await open(join(folder, "locked/out.csv"))).toMatch(/ERR_DEEPLASIA_OUTPUT .*permission denied/);
    });
  });

  it.skipIf(!canMount)("a read-only file system", async () => {
    const folder = await mountTmpfs("ro");
    expect(await open(join(folder, "out.csv"))).toMatch(/ERR_DEEPLASIA_OUTPUT .*read-only/);
  });

  it.skipIf(!canMount)(
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

  it.skipIf(!canMount)("a disk that fills up: an error with what to do, and a run to resume", async () => {
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
      remedy: expect.stringMatching(/Free some space.*`resume: true`/),
    });
    await output.suspend();
    await rm(filler);
    const resumed = await run(path, { resume: true });
    expect(resumed.resumeIndex).toBe(4);
    expect(await snapshot(folder)).toEqual(await undisturbed());
  });
});
