import fc from "fast-check";
import { expect, it } from "vitest";
import { DuplicateFinder } from "../../../src/data/duplicateFinder.js";

it("finds the same duplicates as a map of the names", () => {
  const name = fc.tuple(fc.constantFrom("", "x", "y"), fc.string({ maxLength: 2 }));
  fc.assert(
    fc.property(fc.array(name, { maxLength: 200 }), (names) => {
      const finder = new DuplicateFinder();
      const first = new Map<string, number>();
      names.forEach(([dir, imageId], i) => {
        const key = `${dir}/${imageId}`;
        expect(finder.add(dir, imageId, i + 1)).toBe(first.get(key) ?? null);
        if (!first.has(key)) first.set(key, i + 1);
      });
    }),
  );
});

it("distinguishes 300,000 numbered pictures and finds each of them again", () => {
  const finder = new DuplicateFinder();
  const count = 300_000;
  let wrong = 0;
  for (let i = 1; i <= count; i++) if (finder.add("x", `${i}.png`, i) !== null) wrong += 1;
  for (let i = 1; i <= count; i++) if (finder.add("x", `${i}.png`, count + i) !== i) wrong += 1;
  expect(wrong).toBe(0);
});
