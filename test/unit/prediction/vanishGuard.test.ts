import { expect, test } from "vitest";
import { BLOCKS_IN_FLIGHT } from "../../../src/inference/predictBlocks.js";
import type { CohortBlock } from "../../../src/prediction/cohortBlocks.js";
import { VanishGuard } from "../../../src/prediction/vanishGuard.js";
import { fixture } from "../../helpers/testData.js";

const here = fixture("models/mean-plus-sex.json");

/** A block of rows that are predicted (1) or whose picture is missing (0). */
function block(name: string, ...rows: (0 | 1)[]): CohortBlock {
  const failure = { code: "ERR_DEEPLASIA_IMAGE_MISSING", file: `${here}.missing`, message: "missing" };
  const samples = rows.map(() => ({ imagePath: here, maskPath: null }));
  return { name, samples, records: rows.map((row) => (row ? { row } : failure)) } as unknown as CohortBlock;
}

async function admitted(blocks: readonly CohortBlock[]): Promise<string[][]> {
  const guard = new VanishGuard<CohortBlock>(() => Promise.resolve(null));
  const names: string[][] = [];
  for (const each of blocks)
    names.push((await guard.admit(each)).map((block) => (block as unknown as { name: string }).name));
  return names;
}

test("rows that are predicted are written at once", async () => {
  expect(await admitted([block("a", 1, 1), block("b", 1, 1)])).toEqual([["a"], ["b"]]);
});

test("a row without a picture waits for a row that was certainly read later", async () => {
  // The row after it, and those of the blocks in flight, may have been opened before the folder went away.
  const later = ["b", "c", "d"].slice(0, BLOCKS_IN_FLIGHT).map((name) => block(name, 1, 1));
  const found = await admitted([block("a", 0, 1), ...later]);
  expect(found.slice(0, -1).flat()).toEqual([]);
  expect(found.at(-1)).toEqual(["a", "b", "c", "d"]);
});

test("a cohort in which pictures are missing everywhere is written all the same", async () => {
  const names = Array.from({ length: 50 }, (_, i) => `${i}`);
  const found = await admitted(names.map((name) => block(name, 1, 0)));
  const written = found.flat();
  expect(written).toEqual(names.slice(0, written.length));
  expect(names.length - written.length).toBeLessThanOrEqual(BLOCKS_IN_FLIGHT);
});

test("a folder in which nothing is found from the start holds no more rows than tell it", async () => {
  const found = await admitted(Array.from({ length: 30 }, (_, i) => block(`${i}`, 0, 0)));
  expect(found.flat().length).toBeGreaterThanOrEqual(20);
});
