import { expect, it } from "vitest";
import type { ImagePlan } from "../../../src/native.js";
import type { PlanOf } from "../../../src/training/batchLoader.js";
import { requireTrainable, trainingData } from "../../../src/training/trainingData.js";
import type { TrainingRow } from "../../../src/training/trainingRow.js";
import { configOf } from "../../helpers/trainConfig.js";
import { plainContract } from "../../helpers/trainingRows.js";

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ row: 2 * i + 1 }) as TrainingRow);

interface Asked {
  rows: number[][];
  plans: ImagePlan[];
  from: number;
}

/** The data of a run with a loader that only writes down what it is asked for. */
async function dataOf(flags: string[], seed = 1, train = 21, val = 7, ranks = 1) {
  const { config } = await configOf("--data.train_batch_size=4", "--data.test_batch_size=3", ...flags);
  const asked: Asked[] = [];
  const loader = {
    async *load(batches: readonly TrainingRow[][], planOf: PlanOf, from = 0) {
      const rows = batches.map((batch) => batch.map(({ row }) => row));
      asked.push({ rows, plans: batches.flat().map(planOf), from });
    },
  };
  const part = (count: number) => ({ rows: rowsOf(count), failed: [] });
  const parts = { train: part(train), val: part(val), test: part(0) };
  const data = trainingData(config, plainContract, { parts }, loader, { seed, ranks });
  const askFor = async (loaded: AsyncIterable<unknown>) => {
    for await (const _ of loaded);
    return asked.pop()!;
  };
  const epoch = (number: number, from = 0) =>
    askFor(data.train(number, { batch: from, rows: from * data.trainRows }));
  const ask = (done: { batch: number; rows: number }) => askFor(data.train(0, done));
  const check = () => requireTrainable(config, plainContract, { parts, pack: null }, ranks);
  return { data, epoch, ask, validation: (count: number) => askFor(data.validation(count)), check };
}

it("gives each epoch an order and pictures of its own, which seed and row alone decide", async () => {
  const { data, epoch } = await dataOf([]);
  const [first, again, second] = [await epoch(0), await epoch(0, 2), await epoch(1)];
  expect(data.trainBatches).toBe(5);
  expect(first.rows.map((rows) => rows.length)).toEqual([4, 4, 4, 4, 4]);
  expect(again.from).toBe(2);
  expect(again.rows.slice(2)).toEqual(first.rows.slice(2));
  expect(again.plans).toEqual(first.plans.slice(8));
  expect(second.rows).not.toEqual(first.rows);
  const planOf = ({ rows, plans }: Asked, row: number) => plans[rows.flat().indexOf(row)];
  const both = first.rows.flat().filter((row) => second.rows.flat().includes(row));
  for (const row of both) expect(planOf(second, row)).not.toEqual(planOf(first, row));
  expect((await (await dataOf([], 2)).epoch(0)).plans).not.toEqual(first.plans);
  // A row's picture does not hang on what else is in the split, or on the size of the batch.
  const other = await (await dataOf(["--data.train_batch_size=2"], 1, 15)).epoch(0);
  const shared = other.rows.flat().filter((row) => first.rows.flat().includes(row));
  expect(shared.length).toBeGreaterThan(5);
  for (const row of shared) expect(planOf(other, row)).toEqual(planOf(first, row));
});

it("gives two processes together the batches of one whose batch is twice as large", async () => {
  const two = await dataOf([], 1, 21, 7, 2);
  const one = await dataOf(["--data.train_batch_size=8", "--data.test_batch_size=6"]);
  expect(await two.epoch(3)).toEqual(await one.epoch(3));
  expect(await two.validation(9)).toEqual(await one.validation(9));
  expect([two.data.trainBatches, two.data.trainRows]).toEqual([2, 8]);
});

it("resumes in the middle of an epoch with batches of another size, each row once", async () => {
  const two = await dataOf([], 1, 33, 7, 2);
  const one = await dataOf([], 1, 33, 7, 1);
  const whole = (await one.epoch(0)).rows;
  // Two batches of eight rows are done; one process has four rows a batch.
  const { rows, from } = await one.ask({ batch: 2, rows: 16 });
  expect([from, rows.slice(from)]).toEqual([2, whole.slice(4)]);
  const back = await two.ask({ batch: 2, rows: 8 });
  expect(back.rows.slice(2).flat()).toEqual(whole.flat().slice(8, 32));
});

it("validates on all rows in their order, as prediction sees them", async () => {
  const { data, validation } = await dataOf([]);
  expect(data.validationBatches).toBe(3);
  const { rows, plans } = await validation(3);
  expect(rows).toEqual([[1, 3, 5], [7, 9, 11], [13]]);
  for (const plan of plans) expect(plan).toMatchObject({ augmentation: null, flip: false, rotationAngle: 0 });
  expect((await validation(2)).rows).toHaveLength(2);
});

it("obeys the limits, and takes one batch of each in a trial", async () => {
  const limited = await dataOf(["--trainer.limit_train_batches=0.5", "--trainer.limit_val_batches=1"]);
  expect([limited.data.trainBatches, limited.data.validationBatches]).toEqual([2, 1]);
  const without = await dataOf(["--trainer.limit_val_batches=0"]);
  expect(without.data.validationBatches).toBe(0);
  const trial = await dataOf(["--trainer.fast_dev_run"]);
  expect([trial.data.trainBatches, trial.data.validationBatches]).toEqual([1, 1]);
  const longer = await dataOf(["--trainer.fast_dev_run=2"]);
  expect([longer.data.trainBatches, longer.data.validationBatches]).toEqual([2, 2]);
});

it("refuses a batch that is larger than the split", async () => {
  expect((await dataOf([], 1, 4)).check).not.toThrow();
  expect((await dataOf([], 1, 3)).check).toThrow(/is 4, but there are only 3 pictures to train on/);
});
