import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { circles } from "../helpers/circles.js";
import { namedBy, sources } from "../helpers/sources.js";
import { projectRoot } from "../helpers/testData.js";

/** Rows of ARCHITECTURE.md's table: the paths below `src` and `native` that each names, top first. */
function layersOf(page: string): string[][] {
  const cells = [...page.matchAll(/^\| (`(?:src|native)\/[^|]*) \|/gm)].map(([, cell = ""]) => cell);
  return cells.map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path));
}

const layers = layersOf(readFileSync(join(projectRoot, "ARCHITECTURE.md"), "utf8"));
const isBelow = (file: string, path: string) =>
  file === path || (path.endsWith("/") && file.startsWith(path));
/** Number of a file's layer, counted from the top. */
const layerOf = (file: string) => layers.findIndex((paths) => paths.some((path) => isBelow(file, path)));

const uses = sources.flatMap((file) => namedBy(file).map((target) => ({ file, target })));
const says = ({ file, target }: { file: string; target: string }) => `${file} names ${target}`;

/** What is changed as one thing: a C++ header with the source that goes with it. */
const unit = (file: string) => file.replace(/\.(cc|h)$/, "");

test("every file belongs to a layer of ARCHITECTURE.md, and every layer has files", () => {
  expect(sources.filter((file) => layerOf(file) === -1)).toEqual([]);
  expect(layers.flat().filter((path) => !sources.some((file) => isBelow(file, path)))).toEqual([]);
});

test("all that a file names is a file", () => {
  const isSource = new Set(sources);
  expect(uses.length).toBeGreaterThan(sources.length);
  expect(uses.filter(({ target }) => !isSource.has(target)).map(says)).toEqual([]);
});

test("no import and no include goes up", () => {
  expect(uses.filter(({ file, target }) => layerOf(target) < layerOf(file)).map(says)).toEqual([]);
});

test("no files name each other in a circle", () => {
  const edges = new Map(sources.map((file) => [unit(file), [] as string[]]));
  for (const { file, target } of uses)
    if (unit(file) !== unit(target)) edges.get(unit(file))?.push(unit(target));
  expect(circles(edges)).toEqual([]);
});

describe("circles", () => {
  const found = (edges: Record<string, string[]>) => circles(new Map(Object.entries(edges)));

  test("a tree and a diamond have none", () => {
    expect(found({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] })).toEqual([]);
  });

  test("each is found once, with all that is in it and nothing else", () => {
    const edges = { a: ["b"], b: ["c", "x"], c: ["a"], x: ["y"], y: ["x", "z"], z: [], self: ["self"] };
    expect(found(edges)).toEqual([["x", "y"], ["a", "b", "c"], ["self"]]);
  });
});
