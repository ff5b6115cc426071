import fc from "fast-check";
import { expect, it } from "vitest";
import { batchCount, batches, requireBatches, shuffledOrder } from "../../../src/training/batches.js";

const rules = { batchSize: 3, dropLast: true, limit: null };
const rows = Array.from({ length: 11 }, (_, i) => i);

it("shuffles: each number once, another order each epoch and seed, the same for the same", () => {
  const order = shuffledOrder(100, 42, 3);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(shuffledOrder(100, 42, 3)).toEqual(order);
  for (const other of [shuffledOrder(100, 42, 4), shuffledOrder(100, 43, 3)])
    expect(other).not.toEqual(order);
});

it("gives every order of three equally often", () => {
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < 6000; epoch++) {
    const order = shuffledOrder(3, 1, epoch).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  // chi-squared with 5 degrees of freedom; beyond 25.7 once in 10,000
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  expect(counts.size).toBe(6);
  expect(chiSquared).toBeLessThan(25.7);
});

it("leaves an incomplete last batch out where asked, as Lightning's limits do with more", () => {
  expect(batches(rows, rules)).toEqual([
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
  ]);
  expect(batches(rows, { ...rules, dropLast: false })[3]).toEqual([9, 10]);
  const limited = (limit: number | null) => batchCount(100, { batchSize: 10, dropLast: true, limit });
  expect([null, 3, 30, 0.5, 0.19, 0.01, 0].map(limited)).toEqual([10, 3, 10, 5, 1, 0, 0]);
});

it("makes batches of all rows in order, however many there are", () => {
  fc.assert(
    fc.property(fc.nat(50), fc.integer({ min: 1, max: 20 }), (count, batchSize) => {
      const made = batches(rows.slice(0, count), { batchSize, dropLast: false, limit: null });
      expect(made.flat()).toEqual(rows.slice(0, count));
      expect(made.slice(0, -1).every((batch) => batch.length === batchSize)).toBe(true);
    }),
  );
});

it("asks for at least one batch to train on", () => {
  expect(() => requireBatches(11, rules)).not.toThrow();
  expect(() => requireBatches(2, rules)).toThrow(
    /batch_size is 3, but there are only 2 pictures to train on/,
  );
  expect(() => requireBatches(11, { ...rules, limit: 0.1 })).toThrow(
    /limit_train_batches of 0.1 leaves no batch/,
  );
});
