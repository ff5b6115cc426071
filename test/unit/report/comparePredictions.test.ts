import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { comparePredictions } from "../../../src/report/comparePredictions.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

const FEW = { resamples: 400 };
const truth = (i: number) => 20 + 3 * i;
/** A CSV of 50 pictures, each with the error that `error` returns. */
const csv = (error: (i: number) => number, truthOf = truth, count = 50) =>
  [
    "image_ID,pred_bone_age,bone_age",
    ...Array.from({ length: count }, (_, i) => `${i}.png,${truth(i) + error(i)},${truthOf(i)}`),
  ].join("\n");
const good = (i: number) => (((i * 7) % 11) - 5) / 2;

async function compare(
  files: Record<string, string>,
  options: Parameters<typeof comparePredictions>[1] = {},
) {
  const folder = await writeTree(await temporaryFolder(), files);
  return comparePredictions(
    Object.keys(files).map((name) => join(folder, name)),
    { ...FEW, ...options },
  );
}

test("a better model is shown to be better, in either order", async () => {
  const bad = csv((i) => good(i) + (i % 2 ? 9 : -9));
  const { pairs } = await compare({ "good.csv": csv(good), "bad.csv": bad });
  expect(pairs[0]).toMatchObject({ first: "good", second: "bad", isShown: true });
  expect(pairs[0]!.mad.interval!.upper).toBeLessThan(0);
  expect(pairs[0]!.wilcoxon!.p).toBeLessThan(0.001);
  const turned = await compare({ "bad.csv": bad, "good.csv": csv(good) });
  expect(turned.pairs[0]!.mad.value).toBeCloseTo(-pairs[0]!.mad.value, 12);
});

test("errors of opposite sign: no difference shown, correlation -1, and the mean of both is best", async () => {
  const out = join(await temporaryFolder(), "report");
  const found = await compare({ "a.csv": csv(good), "b.csv": csv((i) => -good(i)) }, { out });
  expect(found.pairs[0]!.isShown).toBe(false);
  expect(found.errorCorrelations[0]![1]).toBeCloseTo(-1, 12);
  expect(found.bestSubset).toEqual({ names: ["a", "b"], mad: expect.closeTo(0, 9), chosenOn: null });
  const page = await readFile(join(out, "report.html"), "utf8");
  expect(page).toContain("No difference shown between a and b");
  expect(page).not.toMatch(/NaN|undefined/);
});

test("pictures that one lacks are left out of both", async () => {
  const { pictures, evaluated } = await compare({ "a.csv": csv(good), "b.csv": csv(good, truth, 30) });
  expect(pictures).toBe(30);
  expect(evaluated).toEqual([
    { name: "a", pictures: 50 },
    { name: "b", pictures: 30 },
  ]);
});

test("the best mean can be chosen on another part, and is measured on this one", async () => {
  const folder = await writeTree(await temporaryFolder(), {
    "s.csv": [
      "patient_ID,dir,s",
      ...Array.from({ length: 50 }, (_, i) => `${i},,${i < 25 ? "val" : "test"}`),
    ].join("\n"),
  });
  const rows = (errorOf: (i: number) => number) =>
    [
      "image_ID,patient_ID,bone_age,pred_bone_age",
      ...Array.from({ length: 50 }, (_, i) => `${i}.png,${i},100,${100 + errorOf(i)}`),
    ].join("\n");
  // a is better in val, b in test.
  const files = { "a.csv": rows((i) => (i < 25 ? 1 : 5)), "b.csv": rows((i) => (i < 25 ? 5 : 1)) };
  const split = { splitCsv: join(folder, "s.csv"), splitColumn: "s" };
  const { bestSubset } = await compare(files, { ...split, chooseOn: "val" });
  expect(bestSubset).toEqual({ names: ["a"], mad: 5, chosenOn: "val" });
  expect((await compare(files, split)).bestSubset).toEqual({ names: ["b"], mad: 1, chosenOn: null });
  await expect(compare(files, { ...split, chooseOn: "test" })).rejects.toThrow(
    "is the part that is evaluated",
  );
});

test("what cannot be compared", async () => {
  const one = { "a.csv": csv(good) };
  await expect(compare(one)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_OPTION" });
  await expect(compare({ ...one, "b.csv": csv(good, (i) => truth(i) + 1) })).rejects.toThrow(
    /different bone ages of 0\.png: 20 and 21/,
  );
  await expect(compare({ ...one, "b.csv": csv(good).replaceAll(".png", "x.png") })).rejects.toThrow(
    "no evaluated picture in common",
  );
});
