/** The project's own sources, and which of them each one names: imports of TypeScript, includes of C++. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { projectRoot } from "./testData.js";

const filesBelow = (folder: string, ending: RegExp) =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .map((name) => `${folder}/${name}`);

/** `src/cli.ts`, `native/image/mask.cc`: paths of all sources. */
export const sources = [...filesBelow("src", /\.c?ts$/), ...filesBelow("native", /\.(cc|h)$/)];

/** What a source names: types and re-exports too, and includes in quotation marks. */
export function namedBy(file: string): string[] {
  const text = readFileSync(join(projectRoot, file), "utf8");
  const [pattern, path] = file.endsWith("ts")
    ? ([IMPORT, imported] as const)
    : ([INCLUDE, included] as const);
  return [...text.matchAll(pattern)].map(([, specifier = ""]) => path(file, specifier));
}

const IMPORT = /^(?!\s*(?:\*|\/\/)).*?(?:\bfrom|\bimport\(?|\brequire\()\s*"(\.[^"]+\.c?js)"/gm;
const imported = (file: string, specifier: string) =>
  normalize(join(dirname(file), specifier)).replace(/js$/, "ts");

const INCLUDE = /^#include "([^"]+)"/gm;
const isSource = new Set(sources);
/** Below `native/`, or beside the file that includes it: a test's own header. */
function included(file: string, name: string): string {
  const beside = join(dirname(file), name);
  return isSource.has(beside) ? beside : `native/${name}`;
}
