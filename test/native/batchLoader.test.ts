import { rm } from "node:fs/promises";
import { expect, it, onTestFinished } from "vitest";
import type { DeeplasiaError } from "../../src/errors.js";
import { imagePlan } from "../../src/image/imagePlan.js";
import { native } from "../../src/native.js";
import { batches } from "../../src/training/batches.js";
import { BatchLoader, type LoadedBatch, type LoaderOptions } from "../../src/training/batchLoader.js";
import type { TrainingRow } from "../../src/training/trainingRow.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { greyOf, plainContract, SIDE, trainingRows } from "../helpers/trainingRows.js";

const BATCH = 4;
const rules = { batchSize: BATCH, dropLast: false, limit: null };
const plain = () => imagePlan(plainContract, { flip: false, rotationAngle: 0 });
const flipped = () => imagePlan(plainContract, { flip: true, rotationAngle: 0 });

function makeLoader(options: Partial<LoaderOptions> = {}) {
  const failures: [row: number, code: string][] = [];
  const loader = new BatchLoader({
    contract: plainContract,
    capacity: BATCH,
    numWorkers: 3,
    strict: false,
    onFailure: ({ row }: TrainingRow, { code }: DeeplasiaError) => failures.push([row, code]),
    ...options,
  });
  onTestFinished(() => loader[Symbol.asyncDispose]());
  return { loader, failures };
}

/** Describes a batch: its number, its rows, and the grey value in the right half of each slot. */
async function seen({ index, handle, slots, rows }: LoadedBatch) {
  const values = await native().readBatch(handle, slots, 1, { method: "none", mean: [0], sd: [1] });
  const greys = rows.map((_, i) => values[i * SIDE * SIDE + SIDE - 1]);
  return { index, rows: rows.map(({ row }) => row), greys };
}

async function seenAll(loaded: AsyncIterable<LoadedBatch>) {
  const all = [];
  for await (const batch of loaded) all.push(await seen(batch));
  return all;
}

const expected = (index: number, rows: number[]) => ({ index, rows, greys: rows.map(greyOf) });

it("loads each row's picture into the slot of its row, batch by batch, with the plan of its row", async () => {
  const rows = await trainingRows(await temporaryFolder(), 10);
  const { loader, failures } = makeLoader();
  const all = [expected(0, [1, 2, 3, 4]), expected(1, [5, 6, 7, 8]), expected(2, [9, 10])];
  expect(await seenAll(loader.load(batches(rows, rules), plain))).toEqual(all);
  expect(await seenAll(loader.load(batches(rows, rules), plain, 1))).toEqual(all.slice(1));
  const mirrored = await seenAll(
    loader.load(batches(rows, rules), (row) => (row.row % 2 === 0 ? flipped() : plain())),
  );
  expect(mirrored[0]!.greys).toEqual([greyOf(1), 0, greyOf(3), 0]);
  expect(failures).toEqual([]);
});

it("leaves rows that fail out of their batch, changes no other batch, and counts them each time", async () => {
  const rows = await trainingRows(await temporaryFolder(), 12, [2, 5, 6, 7, 8]);
  const { loader, failures } = makeLoader();
  for (let epoch = 1; epoch <= 2; epoch++) {
    expect(await seenAll(loader.load(batches(rows, rules), plain))).toEqual([
      expected(0, [1, 3, 4]),
      expected(2, [9, 10, 11, 12]),
    ]);
    expect(failures).toHaveLength(5 * epoch);
  }
  expect(failures[0]).toEqual([2, "ERR_DEEPLASIA_IMAGE_UNREADABLE"]);
});

it("reports a picture that is deleted during an epoch with its row and file", async () => {
  const rows = await trainingRows(await temporaryFolder(), 8);
  const errors: DeeplasiaError[] = [];
  const { loader } = makeLoader({ onFailure: (_, error) => errors.push(error) });
  await rm(rows[5]!.imagePath);
  expect((await seenAll(loader.load(batches(rows, rules), plain)))[1]).toEqual(expected(1, [5, 7, 8]));
  expect(errors).toMatchObject([{ row: 6, file: rows[5]!.imagePath }]);
});

it("throws the error of a failed row, if asked to, when its batch has its turn", async () => {
  const rows = await trainingRows(await temporaryFolder(), 8, [6]);
  const { loader } = makeLoader({ strict: true });
  const loaded = loader.load(batches(rows, rules), plain);
  expect((await loaded.next()).value).toMatchObject({ index: 0 });
  await expect(loaded.next()).rejects.toMatchObject({ code: "ERR_DEEPLASIA_IMAGE_UNREADABLE", row: 6 });
});

it("keeps a bounded number of batches, however long the epoch and however often it is stopped early", async () => {
  const rows = await trainingRows(await temporaryFolder(), 8);
  const many = Array.from({ length: 20 }, () => rows).flat();
  const { loader } = makeLoader({ numWorkers: 9 });
  const handles = new Set();
  for (let round = 0; round < 5; round++) {
    for await (const { handle, index } of loader.load(batches(many, rules), plain)) {
      handles.add(handle);
      if (index === 7) break;
    }
  }
  // three batches for nine workers, one that is ready, one in use
  expect(handles.size).toBeLessThanOrEqual(5);
});

it("loads ahead while a batch is in use, and does not touch it", async () => {
  const rows = await trainingRows(await temporaryFolder(), 40);
  const { loader } = makeLoader();
  const begun: number[] = [];
  const loaded = loader.load(batches(rows, rules), (row) => {
    begun.push(row.row);
    return plain();
  });
  const first = (await loaded.next()).value as LoadedBatch;
  expect(begun).toEqual(rows.slice(0, 12).map(({ row }) => row));
  // Pictures that are loaded meanwhile go to other batches.
  for (let look = 0; look < 20; look++) expect(await seen(first)).toEqual(expected(0, [1, 2, 3, 4]));
  expect(await seenAll(loaded)).toHaveLength(9);
});
