import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../helpers/testData.js";

/** Rows of ARCHITECTURE.md's table: the paths below `src` that each names, top first. */
function layersOf(page: string): string[][] {
  const cells = [...page.matchAll(/^\| (`src\/[^|]*) \|/gm)].map(([, cell = ""]) => cell);
  return cells.map((cell) => [...cell.matchAll(/`(src\/[^`]+)`/g)].map(([, path = ""]) => path));
}

const layers = layersOf(readFileSync(join(projectRoot, "ARCHITECTURE.md"), "utf8"));
const layerOf = (file: string) =>
  layers.findIndex((paths) =>
    paths.some((path) => file === path || (path.endsWith("/") && file.startsWith(path))),
  );

const files = readdirSync(join(projectRoot, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => /\.c?ts$/.test(name))
  .map((name) => `src/${name}`);

/** What a file imports of ours, types too. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(projectRoot, file), "utf8");
  const specifiers = [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(
    ([, specifier = ""]) => specifier,
  );
  return specifiers.map((specifier) => normalize(join(dirname(file), specifier)).replace(/js$/, "ts"));
}

test("every file belongs to a layer of ARCHITECTURE.md", () => {
  expect(layers.length).toBeGreaterThan(10);
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => layerOf(file) === -1)).toEqual([]);
});

test("no import goes up", () => {
  const imports = files.flatMap((file) => importsOf(file).map((target) => ({ file, target })));
  expect(imports.length).toBeGreaterThan(files.length);
  const upwards = imports.filter(({ file, target }) => layerOf(target) < layerOf(file));
  expect(upwards.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});
