import { describe, expect, test } from "vitest";
import { Random } from "../../src/random.js";
import {
  correlation,
  deviationOfShare,
  distanceFromUniform,
  mean,
  rareDistance,
} from "../helpers/statistics.js";

const COUNT = 20_000;
const many = <T>(make: (i: number) => T): T[] => Array.from({ length: COUNT }, (_, i) => make(i));

/** The generator as published by its author (PractRand's sfc32: shifts 21, 9, 3), in arithmetic modulo 2^32. */
function* published(state: [bigint, bigint, bigint, bigint]): Generator<number> {
  const word = (value: bigint) => BigInt.asUintN(32, value);
  let [a, b, c, counter] = state;
  while (true) {
    const result = word(a + b + counter);
    counter = word(counter + 1n);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word(((c << 21n) | (c >> 11n)) + result);
    yield Number(result);
  }
}

describe("Random", () => {
  test("is sfc32 with the key as its initial state, after 20 rounds", () => {
    const reference = published([7n, 3n, 0xfffffffen, 1n]);
    for (let i = 0; i < 20; i++) reference.next();
    const random = new Random("augmentation", 0xfffffffe, 3, 7);
    for (let i = 0; i < 1000; i++) expect(random.bits()).toBe(reference.next().value);
  });

  test("returns the same numbers for a key, whatever was drawn before", () => {
    const draw = (row: number) => {
      const random = new Random("augmentation", 1, 2, row);
      return [random.uniform(), random.integer(0, 9), random.chance(0.5), random.bits()];
    };
    const forward = many(draw);
    const backward = many((i) => draw(COUNT - 1 - i)).reverse();
    expect(backward).toEqual(forward);
  });

  test("returns other numbers if any part of the key differs", () => {
    const keys: ConstructorParameters<typeof Random>[] = [
      ["augmentation", 1, 2, 3],
      ["order", 1, 2, 3],
      ["augmentation", 3, 2, 1],
      ["augmentation", 2, 1, 3],
      ["augmentation", 0, 0, 0],
      ["augmentation", 0xffffffff, 0, 0],
    ];
    const first = keys.map((key) => new Random(...key).uniform());
    expect(new Set(first).size).toBe(keys.length);
  });

  test.each([
    [
      "numbers of one stream",
      () => {
        const random = new Random("order", 5, 0, 0);
        return many(() => random.uniform());
      },
    ],
    ["first numbers of rows", () => many((row) => new Random("order", 5, 0, row).uniform())],
    ["first numbers of epochs", () => many((epoch) => new Random("order", 5, epoch, 0).uniform())],
    ["first numbers of seeds", () => many((seed) => new Random("order", seed, 0, 0).uniform())],
  ])("%s are uniform and independent of their neighbours", (_, draw) => {
    const values = draw();
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(distanceFromUniform(values, 0, 1)).toBeLessThan(rareDistance(COUNT));
    for (const lag of [1, 2, 3, 64]) {
      const r = correlation(values.slice(lag), values.slice(0, -lag));
      expect(Math.abs(r)).toBeLessThan(4 / Math.sqrt(COUNT - lag));
    }
  });

  test("whole numbers include both ends and are equally frequent", () => {
    const random = new Random("order", 1, 1, 1);
    const counts = new Map<number, number>();
    for (let i = 0; i < COUNT; i++) {
      const value = random.integer(-2, 4);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3, 4]);
    for (const count of counts.values())
      expect(Math.abs(count / COUNT - 1 / 7)).toBeLessThan(4 * deviationOfShare(1 / 7, COUNT));
  });

  test("chances of 0 and 1 are certain", () => {
    const random = new Random("order", 1, 1, 1);
    expect(many(() => random.chance(0)).some(Boolean)).toBe(false);
    expect(many(() => random.chance(1)).every(Boolean)).toBe(true);
    expect(Math.abs(mean(many(() => Number(random.chance(0.2)))) - 0.2)).toBeLessThan(
      4 * deviationOfShare(0.2, COUNT),
    );
  });
});
