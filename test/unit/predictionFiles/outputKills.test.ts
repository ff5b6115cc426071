import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutputFormat } from "../../../src/predictionFiles/columns.js";
import { finishingSteps } from "../../../src/predictionFiles/fileOutput.js";
import { findResumePoint } from "../../../src/predictionFiles/findResumePoint.js";
import { openOutput } from "../../../src/predictionFiles/openOutput.js";
import { outputPaths } from "../../../src/predictionFiles/outputPaths.js";
import {
  BLOCK,
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
    const folder = await temporaryFolder();
    const path = join(folder, "out");
    const sizes = () =>
      ["out.failures.csv.partial", "out.partial"].map((name) => {
        const file = join(folder, name);
        return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
      });
    const output = await openOutput(optionsFor(path, { format }));
    const runFile = await readFile(`${path}.run.json`);
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
      const options = optionsFor("", { format });
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
          const point = await findResumePoint(paths, options, options.rowNumbers(), BLOCK);
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
    const complete = { ...before, state: "complete", rows: TOTAL, hasFailures: [true] };
    for (const step of finishingSteps([paths], complete).slice(0, steps)) await step();
    const output = await openOutput(optionsFor(path, { resume: true }));
    // After the run file is gone the run is over: resuming again is a new run.
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
    const complete = { ...before, state: "complete", rows: TOTAL, hasFailures: [false] };
    for (const step of finishingSteps([paths], complete).slice(0, steps)) await step();
    const output = await openOutput(optionsFor(path, { resume: true }));
    await writeRows(output, TOTAL, good);
    await output.complete();
    expect(await readdir(folder)).toEqual(["out"]);
  });

  it("while an earlier run is discarded: nothing of it is taken for the new one", async () => {
    const other = { ...optionsFor("").identity, models: [{ file: "other", contract: "c" }] };
    const { folder, path } = await interrupted(8, { identity: other });
    // The first thing that `overwrite` does, and then the kill.
    const before = JSON.parse(await readFile(`${path}.run.json`, "utf8"));
    const run_ = { ...before, state: "starting", identity: optionsFor("").identity };
    await writeFile(`${path}.run.json`, JSON.stringify(run_));
    expect((await run(path, { resume: true })).resumeIndex).toBe(0);
    expect(await snapshot(folder)).toEqual(await undisturbed());
  });
});
