/** Shares of an output: whatever their number and order, they are joined to what a single process writes. */
import { cp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cohort } from "../../../src/data/openCohort.js";
import { pathKind } from "../../../src/files/pathKind.js";
import { lockFile } from "../../../src/lock.js";
import { openOutput } from "../../../src/predictionFiles/openOutput.js";
import type { OutputOptions } from "../../../src/predictionFiles/outputOptions.js";
import { mergeShares, numbersText } from "../../../src/predictionFiles/shares/mergeShares.js";
import { rowsOfRange, shareRange } from "../../../src/predictionFiles/shares/shareRange.js";
import { writeShare } from "../../../src/predictionFiles/shares/writeShare.js";
import { isFailure } from "../../../src/records/record.js";
import { SummaryBuilder } from "../../../src/records/summary.js";
import { abortsAtCheck } from "../../helpers/abortsAtCheck.js";
import { BLOCK, optionsFor, record, rowOf, snapshot, TOTAL, undisturbed } from "../../helpers/output.js";
import { collect, temporaryFolder } from "../../helpers/temporary.js";

/** The helper's cohort, with as much of a sample as a share looks at. */
const cohort = {
  total: TOTAL,
  samples: async function* (from = 0) {
    for (let index = from; index < TOTAL; index++) yield { index, row: rowOf(index) };
  },
  rowNumbers: () => optionsFor("").rowNumbers(),
} as unknown as Cohort;

/** Writes a share of `path`; `blocks`: stops after so many; `meanwhile`: what happens while it writes. */
function write(
  path: string,
  number: number,
  of: number,
  more: Partial<OutputOptions> = {},
  { blocks = 99, meanwhile = async () => {} } = {},
) {
  return writeShare({
    whole: optionsFor(path, more),
    cohort,
    share: { number, of },
    command: "the command",
    async write(options, rows) {
      await meanwhile();
      const output = await openOutput(options);
      const first = rowsBefore(await collect(rows.rowNumbers()));
      let done = output.resumeIndex;
      for (let block = 0; block < blocks && done < rows.total; block++) {
        const count = Math.min(BLOCK, rows.total - done);
        const indices = Array.from({ length: count }, (_, i) => done + i);
        const records = indices.map((index) => ({ ...record(first + index), index }));
        const members = options.memberFiles?.map(() => records);
        await output.write(
          options.members === null ? records : records.map(asEnsemble(options.members)),
          members,
        );
        done += count;
      }
      if (done === rows.total) await output.complete();
      await output.suspend();
      return { ...new SummaryBuilder().build(0), finished: done === rows.total };
    },
  });
}

const rowsBefore = ([first]: number[]) => ((first ?? 1) - 1) / 2;

const asEnsemble = (names: readonly string[]) => (single: ReturnType<typeof record>) => {
  if (isFailure(single)) return single;
  const { ageZ: _z, rawMonths: _months, ...rest } = single;
  return { ...rest, members: names.map((name) => ({ name, ageMonths: rest.ageMonths })), sdMonths: 0 };
};

/** What lies in a folder but for the one file that says that it was joined. */
async function joinedIn(folder: string) {
  expect(await readdir(join(folder, "out.parts"))).toEqual(["run.json"]);
  await rm(join(folder, "out.parts"), { recursive: true });
  return snapshot(folder);
}

describe("ranges", () => {
  it("hold every row once, in order, in whole blocks, and differ by one block at most", () => {
    const anything = fc.record({
      rows: fc.integer({ min: 0, max: 5000 }),
      of: fc.integer({ min: 1, max: 300 }),
      block: fc.integer({ min: 1, max: 64 }),
    });
    fc.assert(
      fc.property(anything, ({ rows, of, block }) => {
        const ranges = Array.from({ length: of }, (_, i) => shareRange({ number: i + 1, of }, rows, block));
        let end = 0;
        for (const { from, to } of ranges) {
          expect(from).toBe(end);
          expect(to).toBeGreaterThanOrEqual(from);
          expect(from % block === 0 || from === rows).toBe(true);
          end = to;
        }
        expect(end).toBe(rows);
        const blocks = ranges.map(({ from, to }) => Math.ceil((to - from) / block));
        expect(Math.max(...blocks) - Math.min(...blocks)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("give a cohort of their own, that can be begun anywhere", async () => {
    const rows = rowsOfRange(cohort, { from: 4, to: 8 });
    expect(rows.total).toBe(4);
    expect(await collect(rows.rowNumbers())).toEqual([4, 5, 6, 7].map(rowOf));
    expect(await collect(rows.samples(1))).toEqual([1, 2, 3].map((i) => ({ index: i, row: rowOf(4 + i) })));
    expect(await collect(rows.samples(4))).toEqual([]);
  });
});

describe("shares", () => {
  it.each([
    ["csv", 2, [1, 2]],
    ["jsonl", 3, [2, 3, 1]],
    ["csv", 7, [7, 6, 5, 4, 3, 2, 1]],
  ] as const)("of %s, %i of them, end in the bytes of a single process", async (format, of, order) => {
    const folder = await temporaryFolder();
    const path = join(folder, "out");
    for (const [i, number] of order.entries()) {
      const { share } = await write(path, number, of, { format });
      const isLast = i === order.length - 1;
      expect(share.joined !== null).toBe(isLast);
      expect(share.missing).toHaveLength(of - i - 1);
      if (isLast) expect(share.joined).toMatchObject({ rows: TOTAL, failed: 1, dropped: 1, predicted: 9 });
    }
    // Once more, by anyone: it is done.
    expect((await write(path, 1, of, { format })).share.joined).toMatchObject({ rows: TOTAL });
    expect(await mergeShares(path)).toMatchObject({ rows: TOTAL });
    expect(await joinedIn(folder)).toEqual(await undisturbed(format));
  });

  it("that are all written at once are joined by one of them", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "out");
    const written = await Promise.all([1, 2, 3].map((number) => write(path, number, 3)));
    expect(written.some(({ share }) => share.joined !== null)).toBe(true);
    expect(await joinedIn(folder)).toEqual(await undisturbed());
  });

  it("that were interrupted are resumed, complete ones are not written again", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "out");
    await write(path, 1, 2);
    expect(await write(path, 2, 2, {}, { blocks: 1 })).toMatchObject({
      finished: false,
      share: { missing: [2] },
    });
    const part = join(folder, "out.parts/0001-of-0002");
    const { mtimeMs } = await stat(part);
    await expect(mergeShares(path)).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_SHARES",
      message: expect.stringMatching(/1 of 2 shares of .*out are missing or not complete: 2$/),
      remedy: expect.stringContaining('the command `shard: "2/2"`'),
    });
    await write(path, 1, 2);
    expect((await stat(part)).mtimeMs).toBe(mtimeMs);
    await write(path, 2, 2);
    expect(await joinedIn(folder)).toEqual(await undisturbed());
  });

  it("of an ensemble bring its members' files along", async () => {
    const names = ["a", "b"];
    const ofMembers = (folder: string): Partial<OutputOptions> => ({
      members: names,
      memberFiles: names.map((name) => {
        const path = join(folder, `${name}.csv`);
        const layout = {
          ...{ marksSex: false, hasHeaders: false, marksMask: false },
          ...{ marksQuality: false, marksDistance: false, marksOrientation: false },
        };
        return { path, format: "csv", members: null, hasSexHead: true, ageUnit: "z", ...layout };
      }),
    });
    const [folder, single] = [await temporaryFolder(), await temporaryFolder()];
    for (const number of [1, 2]) await write(join(folder, "out"), number, 2, ofMembers(folder));
    const output = await openOutput(optionsFor(join(single, "out"), ofMembers(single)));
    for (let start = 0; start < TOTAL; start += BLOCK) {
      const records = Array.from({ length: Math.min(BLOCK, TOTAL - start) }, (_, i) => record(start + i));
      await output.write(records.map(asEnsemble(names)), [records, records]);
    }
    await output.complete();
    expect(await joinedIn(folder)).toEqual(await snapshot(single));
  });
});

describe("a folder of shares", () => {
  /** With share 1 of 2. */
  async function begun() {
    const folder = await temporaryFolder();
    const path = join(folder, "out");
    await write(path, 1, 2);
    return { folder, path, parts: join(folder, "out.parts") };
  }

  it("of another run is left alone: what differs is named", async () => {
    const { path, parts } = await begun();
    const before = await snapshot(parts);
    const code = "ERR_DEEPLASIA_RESUME";
    const other = { ...optionsFor("").identity, cohort: "another" };
    await expect(write(path, 2, 2, { identity: other })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/shares of another run: the cohort/),
      remedy: expect.stringContaining(parts),
    });
    await expect(write(path, 2, 3)).rejects.toThrow(/the number of shares \(2, now 3\)/);
    await expect(write(path, 2, 2, { overwrite: true })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_USAGE",
    });
    expect(await snapshot(parts)).toEqual(before);
  });

  it("makes room for the next run once it was joined", async () => {
    const { folder, path } = await begun();
    await write(path, 2, 2);
    const identity = { ...optionsFor("").identity, cohort: "another" };
    for (const number of [3, 1, 2]) await write(path, number, 3, { identity });
    expect(await joinedIn(folder)).toEqual(await undisturbed());
  });

  it("is not begun beside the interrupted output of a single process, nor joined where there is none", async () => {
    const path = join(await temporaryFolder(), "out");
    await writeFile(`${path}.partial`, "");
    await expect(write(path, 1, 2)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_RESUME" });
    await expect(mergeShares(path)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_SHARES" });
  });

  it("has each share written, and is joined, by one process at a time", async () => {
    const { path, parts } = await begun();
    const other = async () => {
      await expect(write(path, 2, 2)).rejects.toThrow(/share 2 of 2 of .*out is in use by process/);
      throw new Error("enough");
    };
    await expect(write(path, 2, 2, {}, { meanwhile: other })).rejects.toThrow("enough");
    const joining = await lockFile(join(parts, "merge.lock"), "");
    expect((await write(path, 2, 2)).share).toMatchObject({ missing: [], joined: null });
    await joining.release();
    expect(await mergeShares(path)).toMatchObject({ rows: TOTAL });
  });

  it("stays as it is for the next call, wherever the joining is aborted", async () => {
    const { folder, path, parts } = await begun();
    const joining = await lockFile(join(parts, "merge.lock"), "");
    await write(path, 2, 2);
    await joining.release();
    const before = await snapshot(parts);
    const reason = new Error("enough");
    for (const check of [1, 2, 5, TOTAL + 2]) {
      await expect(mergeShares(path, { signal: abortsAtCheck(check, reason) })).rejects.toBe(reason);
      expect(await snapshot(parts)).toEqual(before);
      expect(await pathKind(path)).toBe(null);
    }
    await expect(mergeShares(path, { signal: "no" as never })).rejects.toThrow(
      /^signal "no" must be an AbortSignal/,
    );
    expect(await mergeShares(path)).toMatchObject({ rows: TOTAL });
    expect(await joinedIn(folder)).toEqual(await undisturbed());
  });

  it.each([
    ["a lost row", (text: string) => text.replace(/^9\.png.*\n/m, ""), /holds 6 rows and should hold 7/],
    [
      "a double row",
      (text: string) => text.replace(/^9\.png.*\n/m, "$&$&"),
      /row 19 is double or out of place/,
    ],
    ["half a line", (text: string) => text.slice(0, -3), /is damaged after byte/],
    ["something behind it", (text: string) => `${text}?\n`, /is damaged after byte/],
  ])("is not joined with %s in a share", async (_, change, message) => {
    const { folder, path, parts } = await begun();
    const joining = await lockFile(join(parts, "merge.lock"), "");
    await write(path, 2, 2);
    await joining.release();
    const part = join(parts, "0002-of-0002");
    await cp(part, join(folder, "kept"));
    await writeFile(part, change(await readFile(part, "utf8")));
    await expect(mergeShares(path)).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_SHARES",
      message: expect.stringMatching(message),
      remedy: expect.stringContaining("0002-of-0002.json"),
    });
    await cp(join(folder, "kept"), part);
    expect(await mergeShares(path)).toMatchObject({ rows: TOTAL });
  });
});

it("numbers are written as ranges", () => {
  expect(numbersText([1, 3, 4, 5, 9])).toBe("1, 3-5, 9");
  expect(numbersText([2])).toBe("2");
});
