import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { mapInOrder } from "../../../src/data/mapInOrder.js";
import { collect } from "../../helpers/temporary.js";

async function* numbers(count: number, onClose = () => {}) {
  try {
    for (let i = 0; i < count; i++) yield i;
  } finally {
    onClose();
  }
}

it("keeps the order although later items finish first, and keeps the bound", async () => {
  let inFlight = 0;
  let most = 0;
  const results = mapInOrder(numbers(50), 8, async (i) => {
    most = Math.max(most, ++inFlight);
    await delay(i % 7 === 0 ? 5 : 0);
    inFlight -= 1;
    return 2 * i;
  });
  expect(await collect(results)).toEqual(Array.from({ length: 50 }, (_, i) => 2 * i));
  expect(most).toBe(8);
});

it("closes the source when the consumer stops", async () => {
  let closed = false;
  const source = numbers(50, () => {
    closed = true;
  });
  for await (const i of mapInOrder(source, 4, async (i) => i)) if (i === 3) break;
  expect(closed).toBe(true);
});

it("throws the error of a step in its turn", async () => {
  const seen: number[] = [];
  const run = async () => {
    const step = async (i: number) => {
      if (i === 2) throw new Error("two");
      return i;
    };
    for await (const i of mapInOrder(numbers(9), 4, step)) seen.push(i);
  };
  await expect(run()).rejects.toThrow("two");
  expect(seen).toEqual([0, 1]);
});
